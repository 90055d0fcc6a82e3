namespace Tideway.ObjectStorage.Buckets;

/// <summary>What stores do each in their own way: list and write. Keys are whole keys of the bucket unless said otherwise.</summary>
internal interface IBucketContent
{
    /// <summary>Lists in the order of the keys' UTF-8 bytes; prefix, start and the keys handed out are relative to <paramref name="root"/>.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string root, string prefix, string? startAfter, CancellationToken cancellationToken);

    /// <summary>A part of that list; see <see cref="IObjectStore.ListPageAsync"/>.</summary>
    Task<ObjectPage> ListPageAsync(string root, string prefix, ListPosition? from, int limit, CancellationToken cancellationToken) =>
        ObjectPage.ReadAsync(ListAsync(root, prefix, from?.After, cancellationToken), limit);

    Task PutAsync(string key, Stream content, CancellationToken cancellationToken);

    Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    Task<bool> PutIfAbsentAsync(string key, Stream content, CancellationToken cancellationToken);

    Task<int> DeleteUnfinishedAsync(string root, DateTimeOffset before, Func<string, bool>? isOurs, CancellationToken cancellationToken);
}
