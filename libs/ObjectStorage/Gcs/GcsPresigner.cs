using System.Security.Cryptography;
using System.Text;
using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Gcs;

/// <summary>A request that a signed URL stands for, beyond its method and object.</summary>
internal sealed record SignedCall(string Method, string Path)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>
/// Makes V4 signed URLs with a service account's RSA key.
/// See <see href="https://cloud.google.com/storage/docs/authentication/signatures">Signatures</see>.
/// </summary>
internal sealed class GcsPresigner(ServiceAccount account, BucketEndpoint endpoint)
{
    public const int MaxSeconds = 7 * 24 * 3600;
    private const string Algorithm = "GOOG4-RSA-SHA256";

    /// <summary>A URL that is good for <paramref name="seconds"/> from <paramref name="time"/>, whose fraction of a second does not count.</summary>
    public string Sign(SignedCall call, DateTimeOffset time, int seconds)
    {
        var (canonical, query) = Canonical(call, time, seconds);
        var signature = Convert.ToHexStringLower(account.Sign(Encoding.ASCII.GetBytes(TextToSign(canonical, time))));
        return $"{endpoint.Origin}{call.Path}?{query}&X-Goog-Signature={signature}";
    }

    internal static string TextToSign(string canonical, DateTimeOffset time) =>
        $"{Algorithm}\n{Time(time)}\n{Scope(time)}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";

    internal (string Request, string Query) Canonical(SignedCall call, DateTimeOffset time, int seconds)
    {
        var headers = call
            .Headers.Append(new KeyValuePair<string, string>("host", endpoint.HostName))
            .Select(header => (Name: header.Key.ToLowerInvariant(), Value: Trim(header.Value)))
            .OrderBy(header => header.Name, StringComparer.Ordinal)
            .ToList();
        var names = string.Join(';', headers.Select(header => header.Name));
        (string Name, string Value)[] own =
        [
            ("X-Goog-Algorithm", Algorithm),
            ("X-Goog-Credential", $"{account.Email}/{Scope(time)}"),
            ("X-Goog-Date", Time(time)),
            ("X-Goog-Expires", seconds.ToString()),
            ("X-Goog-SignedHeaders", names),
        ];
        var query = string.Join(
            '&',
            call.Query.Select(pair => (Name: pair.Key, pair.Value))
                .Concat(own)
                .Select(pair => (Name: PercentEncoding.Value(pair.Name), Value: PercentEncoding.Value(pair.Value)))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal)
                .Select(pair => $"{pair.Name}={pair.Value}")
        );
        var text = new StringBuilder(512).Append(call.Method).Append('\n').Append(call.Path).Append('\n').Append(query).Append('\n');
        foreach (var (name, value) in headers)
            text.Append(name).Append(':').Append(value).Append('\n');
        var payload = headers.FirstOrDefault(header => header.Name == "x-goog-content-sha256").Value ?? "UNSIGNED-PAYLOAD";
        return (text.Append('\n').Append(names).Append('\n').Append(payload).ToString(), query);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'");

    private static string Scope(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd") + "/auto/storage/goog4_request";

    // Blanks at the ends go, others become one.
    private static string Trim(string value) => string.Join(' ', value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
