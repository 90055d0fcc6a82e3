namespace Tideway.ObjectStorage.Signing;

/// <summary>Makes addresses by which a recipient reads objects without credentials of the storage. Safe to use from several threads.</summary>
public interface IUrlSigner
{
    /// <summary>An address of the object <paramref name="key"/> of the folder <paramref name="table"/>.</summary>
    /// <param name="table">The folder the key is relative to.</param>
    /// <param name="key">The object's key; <see cref="ObjectStorageError.InvalidKey"/> where it is malformed. Whether it exists is not looked at.</param>
    /// <param name="lifetime">How long the address is good for, more than zero.</param>
    /// <param name="requestId">The exchange it is signed for, 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>, for the access records.</param>
    /// <param name="context">
    /// What the product wants back when one of its own addresses is used, for the access records: at most 2048 characters, none of them a control
    /// character. Whoever has the address can read it, and cannot change it.
    /// </param>
    SignedUrl Sign(StorageLocation table, string key, TimeSpan lifetime, string requestId, string? context = null);

    /// <summary>
    /// To be awaited before the addresses of an answer are signed: fetches what some stores need for signing, such as a key that ends by itself. Throws
    /// <see cref="ObjectStorageException"/> where that cannot be had.
    /// </summary>
    ValueTask PrepareAsync(StorageLocation table, TimeSpan lifetime, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
