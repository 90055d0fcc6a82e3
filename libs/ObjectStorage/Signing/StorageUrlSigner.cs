namespace Tideway.ObjectStorage.Signing;

/// <summary>Signs addresses of any configured root: those of object stores in the store's own way, those of local disks with the product's own.</summary>
/// <param name="roots">The roots.</param>
/// <param name="local">Signs what lies on a local disk.</param>
public sealed class StorageUrlSigner(StorageRoots roots, IUrlSigner local) : IUrlSigner
{
    /// <inheritdoc/>
    /// <remarks>The request's id and context do not become part of an object store's URL, which that store serves and records by itself.</remarks>
    public SignedUrl Sign(StorageLocation table, string key, TimeSpan lifetime, string requestId, string? context = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (roots.FindRemote(table.RootName) is not { } remote)
            return local.Sign(table, key, lifetime, requestId, context);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ObjectKey.Validate(key);
        return remote.Sign(table.RelativePath, key, lifetime);
    }

    /// <inheritdoc/>
    public ValueTask PrepareAsync(StorageLocation table, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        return roots.FindRemote(table.RootName) is { } remote
            ? remote.PrepareSigningAsync(lifetime, cancellationToken)
            : local.PrepareAsync(table, lifetime, cancellationToken);
    }
}
