using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>
/// A store that fails at one of its calls, before or after doing what it was asked: once, as a network does, or for good, as for a process
/// that is gone.
/// </summary>
internal sealed class FailingStore(IObjectStore inner, int failAt, bool afterwards, bool forGood) : IObjectStore
{
    private int calls;

    public bool HasFailed { get; private set; }

    /// <summary>Whether every further call fails too.</summary>
    public bool IsDead => HasFailed && forGood;

    public Uri Root => inner.Root;

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter = null, CancellationToken cancellationToken = default)
    {
        Before();
        return inner.ListAsync(prefix, startAfter, cancellationToken);
    }

    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        Before();
        return inner.FindAsync(key, cancellationToken);
    }

    public Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        Before();
        return inner.OpenReadAsync(key, range, cancellationToken);
    }

    public async Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        Before();
        await inner.PutAsync(key, content, cancellationToken);
        After();
    }

    public async Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Before();
        var put = await inner.PutIfAbsentAsync(key, content, cancellationToken);
        After();
        return put;
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        Before();
        await inner.DeleteAsync(key, cancellationToken);
        After();
    }

    public string? LocalPath(string key)
    {
        Before();
        return inner.LocalPath(key);
    }

    private void Before()
    {
        if (IsDead || (++calls == failAt && !afterwards))
            Fail();
    }

    private void After()
    {
        // The first call that changes something, from the chosen one on.
        if (afterwards && calls >= failAt && !HasFailed)
            Fail();
    }

    private void Fail()
    {
        HasFailed = true;
        throw new ObjectStorageException(ObjectStorageError.Unavailable, "The store is out of order.");
    }
}
