using System.Text;

namespace Tideway.ObjectStorage.S3;

/// <summary>Signs requests by their headers (Signature Version 4).</summary>
internal static class RequestSignature
{
    public const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>SHA-256 of nothing.</summary>
    public const string EmptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The value of the header <c>Authorization</c>.</summary>
    /// <param name="key">The key of the day of <paramref name="time"/>.</param>
    /// <param name="time">As the header <c>x-amz-date</c> has it.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">The path as it is sent, percent-encoded.</param>
    /// <param name="query">The query as it is sent: names and values percent-encoded, each with <c>=</c>, sorted.</param>
    /// <param name="headers">The headers to sign, lower-case names, any order.</param>
    /// <param name="payloadHash">As the header <c>x-amz-content-sha256</c> has it.</param>
    public static string Authorization(
        SigningKey key,
        string time,
        string method,
        string path,
        string query,
        IEnumerable<(string Name, string Value)> headers,
        string payloadHash
    )
    {
        var sorted = headers.OrderBy(header => header.Name, StringComparer.Ordinal).ToList();
        var names = string.Join(';', sorted.Select(header => header.Name));
        var canonical = new StringBuilder(512).Append(method).Append('\n').Append(path).Append('\n').Append(query).Append('\n');
        foreach (var (name, value) in sorted)
            canonical.Append(name).Append(':').Append(value.Trim()).Append('\n');
        canonical.Append('\n').Append(names).Append('\n').Append(payloadHash);

        Span<byte> signature = stackalloc byte[SigningKey.HashSize * 2];
        key.Sign(Encoding.ASCII.GetBytes(time), Encoding.UTF8.GetBytes(canonical.ToString()), signature);
        return $"{SigningKey.Algorithm} Credential={key.Credentials.AccessKeyId}/{key.Scope}, SignedHeaders={names}, Signature={Encoding.ASCII.GetString(signature)}";
    }
}
