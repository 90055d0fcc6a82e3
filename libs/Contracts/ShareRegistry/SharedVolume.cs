namespace Tideway.Contracts.ShareRegistry;

/// <summary>A volume as a share shows it: a folder with files of any kind.</summary>
public sealed record SharedVolume
{
    /// <summary>Identity of the volume within the share; survives renaming.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>Schema under which recipients see the volume.</summary>
    public required string Schema { get; init; }

    /// <summary>Name under which recipients see the volume.</summary>
    public required string Name { get; init; }

    /// <summary>Root folder of the volume as a URL, for example <c>file:///srv/lake/manuals</c>.</summary>
    public required string StorageLocation { get; init; }
}
