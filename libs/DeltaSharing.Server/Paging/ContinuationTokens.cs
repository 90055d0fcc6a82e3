using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tideway.DeltaSharing.Server.Paging;

/// <summary>
/// Makes and reads page and refresh tokens. A token is signed, ends at a time, and is bound to recipient, list or table, and parameters,
/// so that it can neither be made up nor used for something else. It holds its cursor in the clear.
/// </summary>
public sealed class ContinuationTokens
{
    // version 1, kind 1, expiry 8 (unix ms), resource 16, parameters 16; then the cursor; then the signature.
    private const byte Version = 1;
    private const int HashLength = 16;
    private const long Hour = 3_600_000;
    private const int HeaderLength = 1 + 1 + 8 + HashLength + HashLength;
    private const int SignatureLength = 16;
    private const int MaxLength = 8192;

    private readonly byte[][] keys;
    private readonly TimeProvider time;

    /// <param name="secrets">At least one secret of at least 32 bytes, the same in every replica. The first signs, all verify. May be used for other things too: the key is derived.</param>
    /// <param name="time">Says what time it is.</param>
    public ContinuationTokens(IReadOnlyList<byte[]> secrets, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        ArgumentNullException.ThrowIfNull(time);
        if (secrets.Count == 0 || secrets.Any(secret => secret.Length < 32))
            throw new ArgumentException("Expected at least one secret, each of at least 32 bytes.", nameof(secrets));
        keys = [.. secrets.Select(secret => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "tideway continuation tokens v1"u8.ToArray()))];
        this.time = time;
    }

    /// <summary>A token that goes on at <paramref name="cursor"/>.</summary>
    /// <param name="scope">What it is bound to.</param>
    /// <param name="cursor">Where to go on.</param>
    /// <param name="lifetime">How long it is good, at least.</param>
    /// <param name="endsOnTheHour">Whether the end is put off to the full hour, so that the same token is made again until then: answers that hold it stay the same.</param>
    public string Issue(ContinuationScope scope, string cursor, TimeSpan lifetime, bool endsOnTheHour = false)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(cursor);
        var token = new byte[HeaderLength + Encoding.UTF8.GetByteCount(cursor) + SignatureLength];
        if (token.Length > MaxLength)
            throw new ArgumentException($"Expected a cursor that fits a token of {MaxLength} bytes.", nameof(cursor));
        token[0] = Version;
        token[1] = (byte)scope.Kind;
        var end = (time.GetUtcNow() + lifetime).ToUnixTimeMilliseconds();
        if (endsOnTheHour)
            end += Hour - (end % Hour);
        BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(2), end);
        HashResource(scope, token.AsSpan(10));
        HashParameters(scope, token.AsSpan(10 + HashLength));
        Encoding.UTF8.GetBytes(cursor, token.AsSpan(HeaderLength));
        Sign(keys[0], token.AsSpan(0, token.Length - SignatureLength), token.AsSpan(token.Length - SignatureLength));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>What <paramref name="token"/> is for a call of <paramref name="scope"/>.</summary>
    public Continuation Read(string token, ContinuationScope scope)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(scope);
        if (token.Length > MaxLength * 4 / 3 || !Base64Url.IsValid(token, out var length) || length < HeaderLength + SignatureLength)
            return new Continuation.Malformed();
        var bytes = new byte[length];
        if (!Base64Url.TryDecodeFromChars(token, bytes, out _) || !IsSigned(bytes) || bytes[0] != Version || bytes[1] != (byte)scope.Kind)
            return new Continuation.Malformed();

        Span<byte> hash = stackalloc byte[HashLength];
        HashResource(scope, hash);
        if (!hash.SequenceEqual(bytes.AsSpan(10, HashLength)))
            return new Continuation.Foreign();
        HashParameters(scope, hash);
        if (!hash.SequenceEqual(bytes.AsSpan(10 + HashLength, HashLength)))
            return new Continuation.OtherParameters();
        return time.GetUtcNow().ToUnixTimeMilliseconds() < BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(2))
            ? new Continuation.Valid(Encoding.UTF8.GetString(bytes.AsSpan(HeaderLength, length - HeaderLength - SignatureLength)))
            : new Continuation.Expired();
    }

    private bool IsSigned(byte[] token)
    {
        Span<byte> expected = stackalloc byte[SignatureLength];
        var signed = false;
        foreach (var key in keys)
        {
            Sign(key, token.AsSpan(0, token.Length - SignatureLength), expected);
            signed |= CryptographicOperations.FixedTimeEquals(expected, token.AsSpan(token.Length - SignatureLength));
        }

        return signed;
    }

    private static void Sign(byte[] key, ReadOnlySpan<byte> content, Span<byte> signature)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, content, full);
        full[..SignatureLength].CopyTo(signature);
    }

    private static void HashResource(ContinuationScope scope, Span<byte> destination) => Hash($"{scope.RecipientId:N}\n{scope.Resource}", destination);

    private static void HashParameters(ContinuationScope scope, Span<byte> destination) => Hash(scope.Parameters, destination);

    private static void Hash(string text, Span<byte> destination) => SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, HashLength).CopyTo(destination);
}
