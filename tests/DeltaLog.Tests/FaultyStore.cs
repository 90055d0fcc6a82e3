using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Tests;

/// <summary>A store that fails where a test says so.</summary>
internal sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    public bool FailAfterPut { get; set; }

    public bool FailReads { get; set; }

    /// <summary>Whether the store goes away before it takes an object.</summary>
    public Func<string, bool>? FailPut { get; set; }

    /// <summary>Called before a commit is put.</summary>
    public Func<string, Task>? BeforePut { get; set; }

    /// <summary>Hides that the store is a local disk.</summary>
    public bool IsRemote { get; init; }

    public Uri Root => inner.Root;

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter = null, CancellationToken cancellationToken = default) =>
        inner.ListAsync(prefix, startAfter, cancellationToken);

    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        ThrowWhen(FailReads);
        return inner.FindAsync(key, cancellationToken);
    }

    public Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        ThrowWhen(FailReads);
        return inner.OpenReadAsync(key, range, cancellationToken);
    }

    public Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        ThrowWhen(FailPut?.Invoke(key) == true);
        return inner.PutAsync(key, content, cancellationToken);
    }

    public async Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        if (BeforePut is { } before)
            await before(key);
        ThrowWhen(FailPut?.Invoke(key) == true);
        var put = await inner.PutIfAbsentAsync(key, content, cancellationToken);
        ThrowWhen(FailAfterPut);
        return put;
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) => inner.DeleteAsync(key, cancellationToken);

    public Task<int> DeleteUnfinishedAsync(DateTimeOffset before, Func<string, bool>? isOurs = null, CancellationToken cancellationToken = default) =>
        inner.DeleteUnfinishedAsync(before, isOurs, cancellationToken);

    public string? LocalPath(string key) => IsRemote ? null : inner.LocalPath(key);

    private static void ThrowWhen(bool fails)
    {
        if (fails)
            throw new ObjectStorageException(ObjectStorageError.Unavailable, "The store is out of order.");
    }
}
