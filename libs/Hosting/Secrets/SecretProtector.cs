using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Tideway.Hosting.Secrets;

/// <summary>
/// Encrypts what must be kept and read again, such as the token of a provider, with AES-256-GCM. The result is text,
/// <c>tw1.{key}.{nonce, tag and ciphertext}</c>, and opens only for the purpose and the record it was made for. Thread-safe.
/// </summary>
public sealed class SecretProtector
{
    private const string Version = "tw1";
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly Lazy<IReadOnlyList<SecretKey>> keys;

    /// <summary>Reads the keys at first use.</summary>
    public SecretProtector(IOptions<SecretOptions> options) =>
        keys = new Lazy<IReadOnlyList<SecretKey>>(() =>
            options.Value.KeyFile is { } file ? SecretKeyFile.Read(file) : [.. options.Value.Keys.Select(key => SecretKey.Parse(key)!)]
        );

    /// <summary>Encrypts <paramref name="secret"/> with the first key.</summary>
    public string Protect(string secret, string purpose, string recordId)
    {
        var key = keys.Value[0];
        var plain = Encoding.UTF8.GetBytes(secret);
        var sealedBytes = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key.Bytes, TagSize);
        aes.Encrypt(
            sealedBytes.AsSpan(0, NonceSize),
            plain,
            sealedBytes.AsSpan(NonceSize + TagSize),
            sealedBytes.AsSpan(NonceSize, TagSize),
            AssociatedData(purpose, recordId)
        );
        CryptographicOperations.ZeroMemory(plain);
        return $"{Version}.{key.Id}.{Base64Url.EncodeToString(sealedBytes)}";
    }

    /// <summary>The secret in <paramref name="envelope"/>. Throws <see cref="SecretProtectionException"/> where it does not open.</summary>
    public string Unprotect(string envelope, string purpose, string recordId)
    {
        var (keyId, sealedBytes) = Parse(envelope);
        var key =
            keys.Value.FirstOrDefault(k => string.Equals(k.Id, keyId, StringComparison.Ordinal))
            ?? throw new SecretProtectionException(
                SecretProtectionError.UnknownKey,
                $"The secret of {purpose} {recordId} was encrypted with key {keyId}; there are {string.Join(", ", keys.Value.Select(k => k.Id))}."
            );
        var plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key.Bytes, TagSize);
        try
        {
            aes.Decrypt(
                sealedBytes.AsSpan(0, NonceSize),
                sealedBytes.AsSpan(NonceSize + TagSize),
                sealedBytes.AsSpan(NonceSize, TagSize),
                plain,
                AssociatedData(purpose, recordId)
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new SecretProtectionException(
                SecretProtectionError.Tampered,
                $"The secret of {purpose} {recordId} was changed or belongs to another record."
            );
        }

        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>Whether <paramref name="envelope"/> was made with the key that encrypts now; where not, protect the secret again.</summary>
    public bool IsCurrent(string envelope) => string.Equals(Parse(envelope).KeyId, keys.Value[0].Id, StringComparison.Ordinal);

    private static (string KeyId, byte[] Sealed) Parse(string envelope)
    {
        if (envelope.Split('.') is [Version, { Length: 16 } keyId, var body] && Base64Url.IsValid(body))
        {
            var bytes = Base64Url.DecodeFromChars(body);
            if (bytes.Length >= NonceSize + TagSize)
                return (keyId, bytes);
        }

        throw new SecretProtectionException(SecretProtectionError.Malformed, $"An encrypted secret was expected to read {Version}.<key>.<data>.");
    }

    // The length in front keeps purpose and record from running into each other.
    private static byte[] AssociatedData(string purpose, string recordId)
    {
        var first = Encoding.UTF8.GetBytes(purpose);
        var second = Encoding.UTF8.GetBytes(recordId);
        var data = new byte[sizeof(int) + first.Length + second.Length];
        BinaryPrimitives.WriteInt32BigEndian(data, first.Length);
        first.CopyTo(data, sizeof(int));
        second.CopyTo(data, sizeof(int) + first.Length);
        return data;
    }
}
