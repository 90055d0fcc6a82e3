namespace Tideway.ObjectStorage.Temporary;

/// <summary>
/// Gives out credentials of the store's own kind with which a recipient can read one folder, and nothing else, for a while. Safe to use from several
/// threads.
/// </summary>
public interface ITemporaryCredentials
{
    /// <summary>
    /// Credentials that list and read what is below <paramref name="folder"/>. Throws <see cref="ObjectStorageException"/> where the store refuses or
    /// cannot be reached.
    /// </summary>
    /// <param name="folder">The folder, such as that of a table.</param>
    /// <param name="lifetime">How long they are wanted; the store may shorten or lengthen that to what it can do, and the answer says so.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<TemporaryCredentials> IssueAsync(StorageLocation folder, TimeSpan lifetime, CancellationToken cancellationToken = default);
}
