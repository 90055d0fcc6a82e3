namespace Tideway.ShareRegistry.Volumes;

/// <summary>A volume of a share that a recipient may read.</summary>
internal sealed record GrantedVolume
{
    public Guid VolumeId { get; init; }
    public Guid ShareId { get; init; }
    public string ShareName { get; init; } = "";
    public string SchemaName { get; init; } = "";
    public string SchemaKey { get; init; } = "";
    public string VolumeName { get; init; } = "";
    public string VolumeKey { get; init; } = "";
    public string Location { get; init; } = "";

    /// <summary>The name in the texts of errors.</summary>
    public string FullName => $"{ShareName}.{SchemaName}.{VolumeName}";
}
