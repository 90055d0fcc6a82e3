using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tideway.RecipientAuth.Secrets;

/// <summary>
/// Bearer tokens, client secrets and the nonces of activation links: 256 random bits. Only their SHA-256 is kept; with that much entropy a plain hash can be
/// neither guessed nor looked up in advance.
/// </summary>
internal static class Secret
{
    /// <summary>Starts the tokens of recipients, so that scanners find them where they do not belong.</summary>
    public const string RecipientPrefix = "twr_";

    /// <summary>Starts the secrets of recipients' OAuth clients.</summary>
    public const string ClientPrefix = "twc_";

    /// <summary>Starts the short-lived tokens that clients get for their secrets.</summary>
    public const string AccessPrefix = "twa_";

    /// <summary>Starts the tokens of our own service principals.</summary>
    public const string PrincipalPrefix = "twp_";

    public static string NewRecipientToken() => RecipientPrefix + Random();

    public static string NewClientSecret() => ClientPrefix + Random();

    public static string NewAccessToken() => AccessPrefix + Random();

    public static string NewPrincipalToken() => PrincipalPrefix + Random();

    public static string NewNonce() => Random();

    /// <summary>SHA-256 of the text as lower-case hex: what is stored and looked up.</summary>
    public static string Sha256(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
