using System.Security.Cryptography;

namespace Tideway.Hosting.Secrets;

/// <summary>A key for AES-256-GCM and a short name for it that says nothing of the key.</summary>
internal sealed class SecretKey
{
    public const int Size = 32;

    private readonly byte[] bytes;

    private SecretKey(byte[] bytes)
    {
        this.bytes = bytes;
        Id = Convert.ToHexStringLower(HMACSHA256.HashData(bytes, "tideway-secret-key-id"u8))[..16];
    }

    /// <summary>The name under which an envelope refers to the key.</summary>
    public string Id { get; }

    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>The key in <paramref name="text"/>, or <see langword="null"/> where it is not 32 bytes as Base64.</summary>
    public static SecretKey? Parse(string text)
    {
        Span<byte> buffer = stackalloc byte[Size + 3];
        return Convert.TryFromBase64String(text.Trim(), buffer, out var written) && written == Size ? new SecretKey(buffer[..Size].ToArray()) : null;
    }
}
