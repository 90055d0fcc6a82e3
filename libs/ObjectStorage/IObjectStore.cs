namespace Tideway.ObjectStorage;

/// <summary>
/// Objects below one root. Keys are relative to the root and never leave it: a key with an empty, <c>.</c> or <c>..</c> segment, a leading
/// slash, a backslash or a control character is an <see cref="ObjectStorageException"/> with <see cref="ObjectStorageError.InvalidKey"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>
    /// Where the root is, for example <c>file:///srv/tables/flights</c> or <c>s3://bucket/tables/flights</c>; never ends with a slash. That of an Azure root whose account
    /// the settings name has it as <c>az://container@account/path</c>.
    /// </summary>
    Uri Root { get; }

    /// <summary>Objects whose key starts with <paramref name="prefix"/> and sorts after <paramref name="startAfter"/>, in ordinal order of their keys. A root that does not exist has none.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// A part of what <see cref="ListAsync"/> gives: at most <paramref name="limit"/> objects, at least one, from <paramref name="from"/> on, which the page before has
    /// told. Costs an object store about as much as the page, however much lies before it; a local disk reads the folder that the page is in, and keeps a part of
    /// its names.
    /// </summary>
    Task<ObjectPage> ListPageAsync(string prefix, ListPosition? from, int limit, CancellationToken cancellationToken = default) =>
        ObjectPage.ReadAsync(ListAsync(prefix, from?.After, cancellationToken), limit);

    /// <summary>The object at <paramref name="key"/>, or <see langword="null"/> where there is none.</summary>
    Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>The object's content, or a part of it. Throws <see cref="ObjectStorageError.NotFound"/> where there is none.</summary>
    Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default);

    /// <summary>Writes the object whole or not at all, replacing what was there. Durable when the task completes.</summary>
    Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default);

    /// <summary>Writes the object whole unless one is there already; <see langword="false"/> means there was one and nothing changed. Durable when the task completes.</summary>
    Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>
    /// The same of a content of any length. The stores of this library hold no more of it in memory than <see cref="PutAsync"/> does; one that knows no better holds
    /// all of it. Google Cloud Storage takes less than 8 MiB so; beyond, and in a store that honours no conditions, this throws <see cref="ObjectStorageError.Unsupported"/>.
    /// </summary>
    async Task<bool> PutIfAbsentAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var whole = new MemoryStream();
        await content.CopyToAsync(whole, cancellationToken).ConfigureAwait(false);
        return await PutIfAbsentAsync(key, whole.GetBuffer().AsMemory(0, (int)whole.Length), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the object; removing what is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes what writers that were killed have left of objects they never finished, begun before <paramref name="before"/>; says how much. Such
    /// leftovers are never listed. A store that has none by its nature removes none.
    /// </summary>
    /// <param name="before">Only what was begun before.</param>
    /// <param name="isOurs">Which keys of objects to look at; all without it. Leftovers on a local disk do not tell of which object they are: they have keys of their own.</param>
    /// <param name="cancellationToken">Ends the cleaning.</param>
    Task<int> DeleteUnfinishedAsync(DateTimeOffset before, Func<string, bool>? isOurs = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(0);

    /// <summary>The absolute path of the object where the store is a local disk, else <see langword="null"/>. The file need not exist.</summary>
    string? LocalPath(string key);
}
