using System.Security.Cryptography;
using System.Text;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// The key that signs requests of one day in one region for one service, derived from the secret.
/// See <see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create a signed request</see>.
/// </summary>
internal sealed class SigningKey
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const int HashSize = 32;

    private readonly byte[] key = new byte[HashSize];
    private readonly long day;

    private SigningKey(AwsCredentials credentials, DateTimeOffset time, string region, string service)
    {
        var date = time.UtcDateTime.ToString("yyyyMMdd");
        Credentials = credentials;
        Date = date;
        day = DayOf(time);
        Scope = $"{date}/{region}/{service}/aws4_request";
        HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey), Encoding.ASCII.GetBytes(date), key);
        foreach (var part in (string[])[region, service, "aws4_request"])
            HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(part), key);
    }

    public AwsCredentials Credentials { get; }

    /// <summary>Year, month and day in eight digits.</summary>
    public string Date { get; }

    /// <summary>What a signature is good for: day, region and service.</summary>
    public string Scope { get; }

    public static SigningKey Derive(AwsCredentials credentials, DateTimeOffset time, string region, string service) => new(credentials, time, region, service);

    public bool IsFor(AwsCredentials credentials, DateTimeOffset time) => ReferenceEquals(credentials, Credentials) && DayOf(time) == day;

    /// <summary>Signs the SHA-256 of a canonical request as of a time of the key's day, as <c>yyyyMMddTHHmmssZ</c>.</summary>
    /// <param name="time">That time, in ASCII.</param>
    /// <param name="canonicalRequest">The request in its canonical form.</param>
    /// <param name="signature">Gets 64 lower-case hex digits in ASCII.</param>
    public void Sign(ReadOnlySpan<byte> time, ReadOnlySpan<byte> canonicalRequest, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[HashSize];
        SHA256.HashData(canonicalRequest, hash);
        Span<byte> text = stackalloc byte[256];
        var length = Encoding.ASCII.GetBytes(Algorithm, text);
        text[length++] = (byte)'\n';
        time.CopyTo(text[length..]);
        length += time.Length;
        text[length++] = (byte)'\n';
        length += Encoding.ASCII.GetBytes(Scope, text[length..]);
        text[length++] = (byte)'\n';
        Convert.TryToHexStringLower(hash, text[length..], out var written);
        HMACSHA256.HashData(key, text[..(length + written)], hash);
        Convert.TryToHexStringLower(hash, signature, out _);
    }

    private static long DayOf(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerDay;
}
