namespace Tideway.DeltaSharing.Protocol.Listing;

/// <summary>A file of a volume in a list. No part of OpenSharing: an addition of this server, described in <c>docs/volumes.md</c>.</summary>
public sealed record VolumeFileItem
{
    /// <summary>The path below the volume's folder, with <c>/</c> between segments, not percent-encoded.</summary>
    public required string Path { get; init; }

    /// <summary>Length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When the file was last written, in milliseconds of unix time, where the store says so.</summary>
    public long? LastModified { get; init; }

    /// <summary>A signed address by which the file can be read for a while, where addresses were asked for.</summary>
    public string? Url { get; init; }

    /// <summary>When the address ends to be good, in milliseconds of unix time.</summary>
    public long? ExpirationTimestamp { get; init; }
}
