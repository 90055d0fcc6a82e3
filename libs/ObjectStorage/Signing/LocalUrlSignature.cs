using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tideway.ObjectStorage.Signing;

/// <summary>
/// What a local URL's signature covers: version, access, root, path, expiry, request id and, where there is one, context, one a line. It covers the decoded path, so that
/// a client that quotes the URL its own way does not break it; none of the fields can hold a line break, so that no two inputs give one text.
/// </summary>
internal static class LocalUrlSignature
{
    public const string Access = "r";
    public const int TextLength = 43;
    public const int MinKeyBytes = 32;

    /// <summary>With what every text that is signed begins.</summary>
    public const string TextStart = "tideway-url-v1\nr\n";

    public const int MaxContextLength = 2048;

    private const int MaxTextBytes = 12 * 1024;

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

    /// <summary>Writes the signature as 43 characters of base64url.</summary>
    public static void Compute(
        ReadOnlySpan<byte> key,
        string rootName,
        ReadOnlySpan<char> path,
        long expiresAt,
        ReadOnlySpan<char> requestId,
        string? context,
        Span<char> signature
    )
    {
        Span<byte> text = stackalloc byte[MaxTextBytes];
        var length = 0;
        Append(text, ref length, TextStart);
        Append(text, ref length, rootName);
        Append(text, ref length, "\n");
        Append(text, ref length, path);
        Append(text, ref length, "\n");
        if (!expiresAt.TryFormat(text[length..], out var digits))
            throw new ArgumentException("The path is too long to be signed.", nameof(path));
        length += digits;
        Append(text, ref length, "\n");
        Append(text, ref length, requestId);
        if (context is not null)
        {
            Append(text, ref length, "\n");
            Append(text, ref length, context);
        }

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, text[..length], hash);
        Base64Url.EncodeToChars(hash, signature);
    }

    public static byte[] CopyKey(ReadOnlySpan<byte> key) =>
        key.Length >= MinKeyBytes
            ? key.ToArray()
            : throw new ArgumentException($"Expected a signing key of at least {MinKeyBytes} bytes, got {key.Length}.", nameof(key));

    private static void Append(Span<byte> text, ref int length, ReadOnlySpan<char> value)
    {
        if (!Encoding.UTF8.TryGetBytes(value, text[length..], out var written))
            throw new ArgumentException($"Expected a path and request id of at most {MaxTextBytes} bytes together.", nameof(value));
        length += written;
    }
}
