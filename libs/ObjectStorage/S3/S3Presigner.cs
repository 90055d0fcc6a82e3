using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// Makes presigned URLs of the objects of one bucket. The only thing it allocates for a URL is the URL.
/// See <see href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">Authenticating requests: using query parameters</see>.
/// </summary>
internal sealed class S3Presigner
{
    /// <summary>The longest a store takes: seven days.</summary>
    public const int MaxSeconds = 7 * 24 * 3600;

    private const int TimeLength = 16;
    private const int SignatureLength = SigningKey.HashSize * 2;
    private const int MaxStackBytes = 4096;

    private static ReadOnlySpan<byte> SignedHeaders => "&X-Amz-SignedHeaders=host"u8;

    private readonly SigningKeys keys;
    private readonly byte[] origin;
    private readonly byte[] pathPrefix;
    private readonly byte[] afterQuery;
    private volatile Fixed? latest;

    /// <param name="endpoint">Where the bucket is.</param>
    /// <param name="keys">The signing keys.</param>
    /// <param name="root">What all keys begin with: empty, or a path without slashes at its ends.</param>
    public S3Presigner(BucketEndpoint endpoint, SigningKeys keys, string root = "")
    {
        this.keys = keys;
        origin = Encoding.ASCII.GetBytes(endpoint.Origin);
        pathPrefix = Encoding.ASCII.GetBytes(endpoint.PathPrefix + (root.Length == 0 ? "" : PercentEncoding.Path(root) + "/"));
        afterQuery = Encoding.ASCII.GetBytes($"\nhost:{endpoint.Host}\n\nhost\nUNSIGNED-PAYLOAD");
    }

    /// <summary>A URL that is good for <paramref name="seconds"/> from <paramref name="time"/>, whose fraction of a second does not count.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="folder">The folder below the root that the key lies in; may be empty.</param>
    /// <param name="key">The object's key in that folder.</param>
    /// <param name="time">When it begins to be good.</param>
    /// <param name="seconds">How long it is good.</param>
    /// <param name="credentials">Who signs.</param>
    public string Sign(
        ReadOnlySpan<char> method,
        ReadOnlySpan<char> folder,
        ReadOnlySpan<char> key,
        DateTimeOffset time,
        int seconds,
        AwsCredentials credentials
    )
    {
        var now = FixedOf(credentials, time);
        // The URL and the canonical request have nearly the same parts.
        var most = origin.Length + pathPrefix.Length + (9 * (folder.Length + 1 + key.Length)) + now.MostQueryBytes + afterQuery.Length + SignatureLength;
        var rented = 2 * most > MaxStackBytes ? ArrayPool<byte>.Shared.Rent(2 * most) : null;
        Span<byte> space = rented is null ? stackalloc byte[MaxStackBytes] : rented;
        try
        {
            return Sign(method, folder, key, time, seconds, now, space[..most], space[most..]);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static int Append(ReadOnlySpan<byte> bytes, Span<byte> target, int length)
    {
        bytes.CopyTo(target[length..]);
        return length + bytes.Length;
    }

    private string Sign(
        ReadOnlySpan<char> method,
        ReadOnlySpan<char> folder,
        ReadOnlySpan<char> key,
        DateTimeOffset time,
        int seconds,
        Fixed now,
        Span<byte> url,
        Span<byte> canonical
    )
    {
        Span<byte> timeText = stackalloc byte[TimeLength];
        WriteTime(time.UtcDateTime, now.Key.Date, timeText);

        var length = Append(origin, url, 0);
        var pathStart = length;
        length = Append(pathPrefix, url, length);
        if (folder.Length > 0)
        {
            length += PercentEncoding.WritePath(folder, url[length..]);
            url[length++] = (byte)'/';
        }

        length += PercentEncoding.WritePath(key, url[length..]);
        var pathEnd = length;
        // The order of the vendor's own libraries, which is not the one that is signed.
        length = Append("?X-Amz-Expires="u8, url, length);
        Utf8Formatter.TryFormat(seconds, url[length..], out var digits);
        var expires = url.Slice(length, digits);
        length = Append(now.Token, url, length + digits);
        url[length++] = (byte)'&';
        length = Append(now.UpToTime, url, length);
        length = Append(timeText, url, length);
        length = Append(SignedHeaders, url, length);

        var canonicalLength = Encoding.ASCII.GetBytes(method, canonical);
        canonical[canonicalLength++] = (byte)'\n';
        canonicalLength = Append(url[pathStart..pathEnd], canonical, canonicalLength);
        canonical[canonicalLength++] = (byte)'\n';
        canonicalLength = Append(now.UpToTime, canonical, canonicalLength);
        canonicalLength = Append(timeText, canonical, canonicalLength);
        canonicalLength = Append("&X-Amz-Expires="u8, canonical, canonicalLength);
        canonicalLength = Append(expires, canonical, canonicalLength);
        canonicalLength = Append(now.Token, canonical, canonicalLength);
        canonicalLength = Append(SignedHeaders, canonical, canonicalLength);
        canonicalLength = Append(afterQuery, canonical, canonicalLength);

        length = Append("&X-Amz-Signature="u8, url, length);
        now.Key.Sign(timeText, canonical[..canonicalLength], url[length..]);
        return Encoding.ASCII.GetString(url[..(length + SignatureLength)]);
    }

    private static void WriteTime(DateTime time, string date, Span<byte> text)
    {
        Encoding.ASCII.GetBytes(date, text);
        text[8] = (byte)'T';
        WriteTwo(time.Hour, text[9..]);
        WriteTwo(time.Minute, text[11..]);
        WriteTwo(time.Second, text[13..]);
        text[15] = (byte)'Z';
    }

    private static void WriteTwo(int value, Span<byte> text)
    {
        text[0] = (byte)('0' + (value / 10));
        text[1] = (byte)('0' + (value % 10));
    }

    private Fixed FixedOf(AwsCredentials credentials, DateTimeOffset time)
    {
        var key = keys.Of(credentials, time);
        if (latest is { } known && ReferenceEquals(known.Key, key))
            return known;
        return latest = new Fixed(key);
    }

    // What all URLs of one day and one set of credentials have in common.
    private sealed class Fixed(SigningKey key)
    {
        public SigningKey Key { get; } = key;

        public byte[] UpToTime { get; } =
            Encoding.ASCII.GetBytes(
                $"X-Amz-Algorithm={SigningKey.Algorithm}&X-Amz-Credential={PercentEncoding.Value($"{key.Credentials.AccessKeyId}/{key.Scope}")}&X-Amz-Date="
            );

        public byte[] Token { get; } =
            key.Credentials.SessionToken is { } token ? Encoding.ASCII.GetBytes($"&X-Amz-Security-Token={PercentEncoding.Value(token)}") : [];

        public int MostQueryBytes => UpToTime.Length + TimeLength + Token.Length + 96;
    }
}
