using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tideway.ObjectStorage.Signing;

/// <summary>Checks the URLs that <see cref="LocalUrlSigner"/> makes. Safe to use from several threads.</summary>
public sealed class LocalUrlVerifier
{
    private readonly byte[][] keys;
    private readonly TimeProvider time;

    /// <param name="keys">The keys whose signatures count, at least one. Keep the old key here for a URL's lifetime after a rotation.</param>
    /// <param name="time">Says what time it is.</param>
    public LocalUrlVerifier(IReadOnlyCollection<byte[]> keys, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(time);
        if (keys.Count == 0)
            throw new ArgumentException("Expected at least one key.", nameof(keys));
        this.keys = [.. keys.Select(key => LocalUrlSignature.CopyKey(key))];
        this.time = time;
    }

    /// <summary>Checks a request for a file.</summary>
    /// <param name="rootName">The path segment after <c>files/</c>.</param>
    /// <param name="path">The rest of the path, decoded once, as ASP.NET gives it.</param>
    /// <param name="query">The query as it came, not decoded, with or without <c>?</c>. Keys other than ours are ignored.</param>
    public LocalUrlVerification Verify(string rootName, string path, ReadOnlySpan<char> query)
    {
        ArgumentNullException.ThrowIfNull(rootName);
        ArgumentNullException.ThrowIfNull(path);
        if (!ObjectKey.IsValid(path) || rootName.Length is 0 or > 63 || rootName.AsSpan().ContainsAny('\n', '/'))
            return new LocalUrlVerification.Malformed("The path is not one of an object.");
        if (LocalUrlQuery.Parse(query, out var fault) is not { } fields)
            return new LocalUrlVerification.Malformed(fault!);

        if (!IsSigned(rootName, path, fields))
            return new LocalUrlVerification.BadSignature();
        // Only after the signature: a stranger learns nothing from the clock.
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(fields.ExpiresAt);
        return time.GetUtcNow() < expiresAt
            ? new LocalUrlVerification.Valid(rootName, path, fields.RequestId, expiresAt, fields.Context)
            : new LocalUrlVerification.Expired(rootName, path, fields.RequestId, expiresAt, fields.Context);
    }

    private bool IsSigned(string rootName, string path, LocalUrlQuery fields)
    {
        Span<char> expected = stackalloc char[LocalUrlSignature.TextLength];
        var signed = false;
        foreach (var key in keys)
        {
            LocalUrlSignature.Compute(LocalUrlSignature.DeriveKey(key, rootName, fields.ExpiresAt, fields.RequestId, fields.Context), path, expected);
            signed |= CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(expected), MemoryMarshal.AsBytes(fields.Signature.AsSpan()));
        }

        return signed;
    }
}
