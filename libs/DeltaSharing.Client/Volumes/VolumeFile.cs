using Tideway.DeltaSharing.Protocol.Listing;

namespace Tideway.DeltaSharing.Client.Volumes;

/// <summary>A file of a volume.</summary>
/// <param name="Path">The path below the volume's folder as the server gives it; see <see cref="LocalFilePath"/> before it is used on a disk.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="LastModified">When it was last written, where the server says so.</param>
public sealed record VolumeFile(string Path, long Size, DateTimeOffset? LastModified)
{
    /// <summary>A signed address by which it can be read for a while, where addresses were asked for.</summary>
    public Uri? Url { get; init; }

    internal static VolumeFile? Of(VolumeFileItem item)
    {
        if (item.Path is null || item.Size < 0 || item.LastModified is < MinTime or > MaxTime)
            return null;
        Uri? url = null;
        if (item.Url is not null && !Uri.TryCreate(item.Url, UriKind.Absolute, out url))
            return null;
        return new VolumeFile(item.Path, item.Size, item.LastModified is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null) { Url = url };
    }

    // The years 1 to 9999.
    private const long MinTime = -62_135_596_800_000;
    private const long MaxTime = 253_402_300_799_999;
}
