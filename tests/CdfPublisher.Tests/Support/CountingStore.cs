using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Local;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>A folder that notes what is read of it.</summary>
internal sealed class CountingStore(string folder) : IObjectStore
{
    private readonly LocalObjectStore inner = new(folder);
    private readonly ConcurrentQueue<string> opened = new();
    private int listed;

    /// <summary>Commits that were opened, each as often as it was.</summary>
    public IReadOnlyList<string> OpenedCommits => [.. opened.Where(key => key.EndsWith(".json", StringComparison.Ordinal))];

    /// <summary>How many objects were listed.</summary>
    public int Listed => listed;

    public Uri Root => inner.Root;

    public void Reset()
    {
        listed = 0;
        opened.Clear();
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        string? startAfter = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var info in inner.ListAsync(prefix, startAfter, cancellationToken))
        {
            Interlocked.Increment(ref listed);
            yield return info;
        }
    }

    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) => inner.FindAsync(key, cancellationToken);

    public Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        opened.Enqueue(key);
        return inner.OpenReadAsync(key, range, cancellationToken);
    }

    public Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default) => inner.PutAsync(key, content, cancellationToken);

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        inner.PutIfAbsentAsync(key, content, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) => inner.DeleteAsync(key, cancellationToken);

    public string? LocalPath(string key) => inner.LocalPath(key);
}
