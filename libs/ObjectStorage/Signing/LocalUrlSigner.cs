namespace Tideway.ObjectStorage.Signing;

/// <summary>
/// Signs addresses of objects on a local disk, which the product serves itself:
/// <c>{base}/files/{root}/{path}?exp={unix seconds}&amp;sp=r&amp;req={request id}&amp;ctx={context}&amp;sig={base64url of keyed BLAKE3}</c>.
/// </summary>
/// <remarks>The key <c>sp</c> in the query is how some Delta readers tell a signed URL from one that needs credentials.</remarks>
public sealed class LocalUrlSigner : IUrlSigner
{
    private readonly string filesUrl;
    private readonly byte[] key;
    private readonly TimeProvider time;

    /// <param name="baseUrl">Where the product is reached, such as <c>https://share.example.com</c>; a path in it is kept.</param>
    /// <param name="key">The newest of the keys that the verifier knows, at least 32 bytes.</param>
    /// <param name="time">Says what time it is.</param>
    public LocalUrlSigner(Uri baseUrl, ReadOnlySpan<byte> key, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        ArgumentNullException.ThrowIfNull(time);
        if (!baseUrl.IsAbsoluteUri || baseUrl.Scheme is not ("http" or "https") || baseUrl.Query.Length > 0 || baseUrl.Fragment.Length > 0)
            throw new ArgumentException($"Expected an absolute http or https URL without query and fragment, got '{baseUrl}'.", nameof(baseUrl));
        filesUrl = baseUrl.AbsoluteUri.TrimEnd('/') + "/files/";
        this.key = LocalUrlSignature.CopyKey(key);
        this.time = time;
    }

    /// <inheritdoc/>
    public SignedUrl Sign(StorageLocation table, string key, TimeSpan lifetime, string requestId, string? context = null)
    {
        Check(table, lifetime, requestId, context);
        var path = table.RelativePath.Length == 0 ? key : string.Concat(table.RelativePath, "/", key);
        ObjectKey.Validate(path);
        var expiresAt = EndOf(lifetime);
        Span<char> signature = stackalloc char[LocalUrlSignature.TextLength];
        LocalUrlSignature.Compute(LocalUrlSignature.DeriveKey(this.key, table.RootName, expiresAt, requestId, context), path, signature);

        var escaped = Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
        var quoted = context is null ? "" : "&ctx=" + Uri.EscapeDataString(context);
        var url = string.Create(
            null,
            $"{filesUrl}{table.RootName}/{escaped}?exp={expiresAt}&sp={LocalUrlSignature.Access}&req={requestId}{quoted}&sig={signature}"
        );
        return new SignedUrl(url, DateTimeOffset.FromUnixTimeSeconds(expiresAt));
    }

    /// <inheritdoc/>
    public IUrlBatch Begin(StorageLocation table, TimeSpan lifetime, string requestId, string? context = null)
    {
        Check(table, lifetime, requestId, context);
        return new LocalUrlBatch(filesUrl, table, key, DateTimeOffset.FromUnixTimeSeconds(EndOf(lifetime)), requestId, context);
    }

    // Rounded up: whoever asks for a lifetime gets at least that.
    private long EndOf(TimeSpan lifetime) => (time.GetUtcNow() + lifetime + TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1)).ToUnixTimeSeconds();

    private static void Check(StorageLocation table, TimeSpan lifetime, string requestId, string? context)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        if (!LocalUrlSignature.IsRequestId(requestId))
            throw new ArgumentException($"Expected a request id of 1 to 64 of A-Z a-z 0-9 . _ -, got '{requestId}'.", nameof(requestId));
        if (context is not null && !LocalUrlSignature.IsContext(context))
            throw new ArgumentException(
                $"Expected a context of 1 to {LocalUrlSignature.MaxContextLength} characters without control characters, got '{context}'.",
                nameof(context)
            );
    }
}
