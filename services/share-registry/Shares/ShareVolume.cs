using Tideway.Contracts.ShareRegistry;

namespace Tideway.ShareRegistry.Shares;

/// <summary>A volume of a share as it is stored: a folder with files of any kind.</summary>
internal sealed record ShareVolume : IShareObject
{
    public Guid VolumeId { get; init; }
    public Guid ShareId { get; init; }

    /// <summary>What the owner calls the volume, for example <c>main.sales.manuals</c>.</summary>
    public string SourceName { get; init; } = "";

    public string SchemaName { get; init; } = "";
    public string VolumeName { get; init; } = "";

    /// <summary>Folder of the volume as a URL.</summary>
    public string Location { get; init; } = "";

    public string? Comment { get; init; }
    public DateTimeOffset AddedAt { get; init; }
    public string AddedBy { get; init; } = "";

    /// <summary>Schema and name as recipients see them.</summary>
    public string SharedAs => $"{SchemaName}.{VolumeName}";

    public SharedVolume ToContract() =>
        new()
        {
            VolumeId = VolumeId,
            Schema = SchemaName,
            Name = VolumeName,
            StorageLocation = Location,
        };
}
