using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tideway.InboundSync.PartnerEvents;

/// <summary>Checks a Standard Webhooks <c>v1</c> signature: HMAC-SHA256 over <c>id.timestamp.body</c> with a secret <c>whsec_...</c>.</summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string SecretPrefix = "whsec_";
    private const string Version = "v1,";
    private const int SignaturesRead = 10;

    /// <summary>How far the clocks of two organisations may be apart; what is older is a replay.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Reads the timestamp header; <see langword="null"/> where it is none or too far from <paramref name="now"/>.</summary>
    public static long? FreshTimestamp(string? header, DateTimeOffset now) =>
        long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(now.ToUnixTimeSeconds() - seconds) <= Tolerance.TotalSeconds
            ? seconds
            : null;

    /// <summary>Whether a text can be a secret: where it says that it is Base64, it must be.</summary>
    public static bool IsSecret(string secret) =>
        !secret.StartsWith(SecretPrefix, StringComparison.Ordinal) || System.Buffers.Text.Base64.IsValid(secret.AsSpan(SecretPrefix.Length));

    /// <summary>Whether one of the signatures of the header was made with the secret.</summary>
    public static bool IsValid(string secret, string id, long timestamp, ReadOnlySpan<byte> body, string signatures)
    {
        var key = secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
            ? Convert.FromBase64String(secret[SecretPrefix.Length..])
            : Encoding.UTF8.GetBytes(secret);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.GetHashAndReset(expected);

        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var signature in signatures.Split(' ', SignaturesRead + 1, StringSplitOptions.RemoveEmptyEntries).Take(SignaturesRead))
        {
            if (
                signature.StartsWith(Version, StringComparison.Ordinal)
                && Convert.TryFromBase64String(signature[Version.Length..], given, out var length)
                && length == expected.Length
                && CryptographicOperations.FixedTimeEquals(expected, given)
            )
                return true;
        }

        return false;
    }
}
