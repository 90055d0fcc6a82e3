namespace Tideway.ObjectStorage.Buckets;

/// <summary>The XML interface that S3 has, and others after it.</summary>
internal sealed class XmlBucketContent(BucketClient client) : IBucketContent
{
    private readonly BucketUpload upload = new(client);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string root, string prefix, string? startAfter, CancellationToken cancellationToken) =>
        BucketListing.ReadAsync(client, root, prefix, startAfter, first: null, cancellationToken);

    // One more than the page holds says whether there is more.
    public Task<ObjectPage> ListPageAsync(string root, string prefix, ListPosition? from, int limit, CancellationToken cancellationToken) =>
        ObjectPage.ReadAsync(
            BucketListing.ReadAsync(client, root, prefix, from?.After, limit < ObjectPage.OfStores ? limit + 1 : null, cancellationToken),
            limit
        );

    public Task PutAsync(string key, Stream content, CancellationToken cancellationToken) => upload.PutAsync(key, content, cancellationToken);

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        upload.PutIfAbsentAsync(key, content, cancellationToken);

    public Task<bool> PutIfAbsentAsync(string key, Stream content, CancellationToken cancellationToken) =>
        upload.PutIfAbsentAsync(key, content, cancellationToken);

    public Task<int> DeleteUnfinishedAsync(string root, DateTimeOffset before, Func<string, bool>? isOurs, CancellationToken cancellationToken) =>
        UnfinishedUploads.AbortAsync(client, root, before, isOurs, cancellationToken);
}
