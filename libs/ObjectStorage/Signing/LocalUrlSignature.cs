using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Blake3;

namespace Tideway.ObjectStorage.Signing;

/// <summary>
/// What a local URL's signature covers: version, access, root, expiry, request id and, where there is one, context, one a line, in the key that all files of an
/// answer have in common; and the path, in the signature made with that key. It covers the decoded path, so that a client that quotes the URL its own way
/// does not break it; none of the fields can hold a line break, so that no two inputs give one text.
/// </summary>
/// <remarks>HMAC-SHA256 derives the key; keyed BLAKE3, which takes a fifth of its time for a path, signs.</remarks>
internal static class LocalUrlSignature
{
    public const string Access = "r";
    public const int TextLength = 43;
    public const int Size = 32;
    public const int MinKeyBytes = 32;
    public const int MaxContextLength = 2048;

    private const string Version = "tideway-url-v2";

    private static readonly SearchValues<char> RequestIdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsRequestId(ReadOnlySpan<char> text) => text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(RequestIdCharacters);

    public static bool IsContext(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character))
                return false;
        }

        return text.Length is > 0 and <= MaxContextLength;
    }

    /// <summary>The key that signs the paths of an answer.</summary>
    public static byte[] DeriveKey(ReadOnlySpan<byte> key, string rootName, long expiresAt, string requestId, string? context)
    {
        var seconds = expiresAt.ToString(CultureInfo.InvariantCulture);
        var text = $"{Version}\n{Access}\n{rootName}\n{seconds}\n{requestId}{(context is null ? "" : "\n" + context)}";
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes the signature of a path as 43 characters of base64url.</summary>
    public static void Compute(ReadOnlySpan<byte> derivedKey, string path, Span<char> signature)
    {
        using var hasher = Hasher.NewKeyed(derivedKey);
        hasher.Update(Encoding.UTF8.GetBytes(path));
        Span<byte> hash = stackalloc byte[Size];
        hasher.Finalize(hash);
        Base64Url.EncodeToChars(hash, signature);
    }

    public static byte[] CopyKey(ReadOnlySpan<byte> key) =>
        key.Length >= MinKeyBytes
            ? key.ToArray()
            : throw new ArgumentException($"Expected a signing key of at least {MinKeyBytes} bytes, got {key.Length}.", nameof(key));
}
