using System.Net;
using System.Net.Http.Headers;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Buckets;

/// <summary>The objects of a bucket below a prefix.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="address">The store's root.</param>
/// <param name="root">The prefix: empty, or a key with a slash at its end.</param>
/// <param name="content">Lists and writes in the store's own way.</param>
/// <param name="conditions">Makes sure that the store honours conditions before one is relied on; null where it is known to.</param>
internal sealed class BucketObjectStore(BucketClient client, Uri address, string root, IBucketContent content, ConditionalWrites? conditions) : IObjectStore
{
    /// <inheritdoc/>
    public Uri Root => address;

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter = null, CancellationToken cancellationToken = default)
    {
        ObjectKey.ValidatePrefix(prefix);
        return content.ListAsync(root, prefix, startAfter, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ObjectPage> ListPageAsync(string prefix, ListPosition? from, int limit, CancellationToken cancellationToken = default)
    {
        ObjectKey.ValidatePrefix(prefix);
        return content.ListPageAsync(root, prefix, from, limit, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        var request = new BucketRequest(HttpMethod.Head, KeyOf(key), "look at");
        return client.SendAsync<ObjectInfo?>(
            request,
            async (response, _, token) =>
            {
                using (response)
                {
                    if (response.StatusCode == HttpStatusCode.NotFound)
                        return null;
                    await client.RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                    if (client.Dialect.IsFolder(response))
                        return null;
                    return new ObjectInfo(key, response.Content.Headers.ContentLength ?? 0, response.Content.Headers.LastModified ?? default);
                }
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        if (range is { } wanted && (wanted.Offset < 0 || wanted.Length < 0))
            throw new ArgumentOutOfRangeException(nameof(range), range, "Offset and length of a range are not negative.");
        var whole = KeyOf(key);
        if (range is { Length: 0 })
        {
            return await FindAsync(key, cancellationToken).ConfigureAwait(false) is null
                ? throw new ObjectStorageException(ObjectStorageError.NotFound, $"Could not read '{client.AddressOf(whole)}': it does not exist.")
                : new MemoryStream([], writable: false);
        }

        var from = range?.Offset ?? 0;
        var to = range is { } part && part.Length <= long.MaxValue - part.Offset ? part.Offset + part.Length - 1 : (long?)null;
        var response = await GetAsync(whole, range is null ? null : (from, to), tag: null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            response.Dispose();
            return new MemoryStream([], writable: false);
        }

        if (from > 0 && response.StatusCode != HttpStatusCode.PartialContent)
        {
            response.Dispose();
            throw new ObjectStorageException(
                ObjectStorageError.Unsupported,
                $"Could not read a part of '{client.AddressOf(whole)}': the store answered with the whole object."
            );
        }

        var tag = response.Headers.ETag is { IsWeak: false } strong ? strong : null;
        return new ResumingStream(response, (offset, token) => GetAsync(whole, (from + offset, to), tag, token), client.AddressOf(whole));
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, Stream source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return content.PutAsync(KeyOf(key), source, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        var whole = KeyOf(key);
        if (conditions is not null)
            await conditions.RequireAsync(cancellationToken).ConfigureAwait(false);
        return await content.PutIfAbsentAsync(whole, bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> PutIfAbsentAsync(string key, Stream source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var whole = KeyOf(key);
        if (conditions is not null)
            await conditions.RequireAsync(cancellationToken).ConfigureAwait(false);
        return await content.PutIfAbsentAsync(whole, source, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        var request = new BucketRequest(HttpMethod.Delete, KeyOf(key), "delete");
        return client.SendAsync(
            request,
            async (response, _, token) =>
            {
                using (response)
                {
                    if (response.StatusCode != HttpStatusCode.NotFound)
                        await client.RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                }

                return true;
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<int> DeleteUnfinishedAsync(DateTimeOffset before, Func<string, bool>? isOurs = null, CancellationToken cancellationToken = default) =>
        content.DeleteUnfinishedAsync(root, before, isOurs, cancellationToken);

    /// <inheritdoc/>
    public string? LocalPath(string key)
    {
        ObjectKey.Validate(key);
        return null;
    }

    private string KeyOf(string key)
    {
        ObjectKey.Validate(key);
        var whole = root + key;
        ObjectKey.Validate(whole);
        return whole;
    }

    private Task<HttpResponseMessage> GetAsync(string whole, (long From, long? To)? range, EntityTagHeaderValue? tag, CancellationToken cancellationToken)
    {
        var request = new BucketRequest(HttpMethod.Get, whole, "read");
        if (range is var (from, to))
            request.Headers.Add(("range", $"bytes={from}-{to}"));
        // Otherwise the rest could be that of another content.
        if (tag is not null)
            request.Headers.Add(("if-match", tag.Tag));
        return client.SendAsync(
            request,
            async (response, _, token) =>
            {
                if (response.IsSuccessStatusCode && client.Dialect.IsFolder(response))
                {
                    response.Dispose();
                    throw new ObjectStorageException(ObjectStorageError.NotFound, $"Could not read '{client.AddressOf(whole)}': it is a folder.");
                }

                if (response.IsSuccessStatusCode || (tag is null && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable))
                    return response;
                using (response)
                {
                    if (response.StatusCode == HttpStatusCode.PreconditionFailed)
                        throw new ObjectStorageException(
                            ObjectStorageError.Unavailable,
                            $"Could not read '{client.AddressOf(whole)}' to its end: it was replaced meanwhile."
                        );
                    await client.RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                    return response;
                }
            },
            cancellationToken
        );
    }
}
