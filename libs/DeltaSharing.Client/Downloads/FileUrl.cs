namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>The signed URL of a file, and when it ends.</summary>
/// <param name="Url">Where the file can be read.</param>
/// <param name="ExpiresAt">From when on it is refused, where the server says so.</param>
public readonly record struct FileUrl(Uri Url, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>The same with the end as lines have it, in milliseconds of unix time; an end that is no time is as good as none.</summary>
    public static FileUrl Of(Uri url, long? expirationTimestamp) =>
        new(
            url,
            expirationTimestamp is { } end && end >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && end <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(end)
                : null
        );
}
