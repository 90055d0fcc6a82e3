using System.Security.Cryptography;
using System.Text;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>
/// Signs notices as <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard Webhooks</see>
/// <c>v1</c>: HMAC-SHA256 over <c>id.timestamp.body</c>.
/// </summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>One signature per key, separated by spaces: the receiver accepts whichever it can check.</summary>
    public static string Of(string id, long unixSeconds, ReadOnlySpan<byte> body, IReadOnlyList<byte[]> keys)
    {
        var prefix = Encoding.ASCII.GetBytes($"{id}.{unixSeconds}.");
        var signed = new byte[prefix.Length + body.Length];
        prefix.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(prefix.Length));
        return string.Join(' ', keys.Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed))));
    }
}
