namespace Tideway.ShareRegistry.Shares;

/// <summary>What is to change on one volume of a share.</summary>
internal abstract record VolumeChange
{
    private VolumeChange() { }

    /// <summary>A volume joins, described in full.</summary>
    public sealed record Add(ShareVolume Volume) : VolumeChange;

    /// <summary>A volume leaves.</summary>
    public sealed record Remove(string? Name, string? SharedAs) : VolumeChange;

    /// <summary>A volume is described anew; a null leaves things as they are.</summary>
    public sealed record Update(string? Name) : VolumeChange
    {
        public (string Schema, string Volume)? SharedAs { get; init; }
        public string? Location { get; init; }
        public string? Comment { get; init; }
    }
}
