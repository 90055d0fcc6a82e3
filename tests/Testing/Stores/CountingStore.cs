using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Tideway.ObjectStorage;

namespace Tideway.Testing.Stores;

/// <summary>A store that notes what is asked of it, and lets a test hold reads back.</summary>
public sealed class CountingStore(IObjectStore inner) : IObjectStore
{
    private int listed;

    /// <summary>Keys that were opened, each as often as it was.</summary>
    public ConcurrentQueue<string> Opened { get; } = new();

    /// <summary>How many objects were listed.</summary>
    public int Listed => listed;

    /// <summary>Called before an object is opened.</summary>
    public Func<string, Task>? BeforeOpen { get; set; }

    /// <summary>What a look at one object tells of it, where that is another than a list tells.</summary>
    public Func<ObjectInfo, ObjectInfo>? OfOne { get; init; }

    public Uri Root => inner.Root;

    /// <summary>Commits that were opened, each as often as it was.</summary>
    public IReadOnlyList<string> OpenedCommits => [.. Opened.Where(key => key.EndsWith(".json", StringComparison.Ordinal))];

    public void Reset()
    {
        listed = 0;
        Opened.Clear();
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

    public async Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) =>
        await inner.FindAsync(key, cancellationToken) is { } found ? OfOne?.Invoke(found) ?? found : null;

    public async Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        Opened.Enqueue(key);
        if (BeforeOpen is { } before)
            await before(key);
        return await inner.OpenReadAsync(key, range, cancellationToken);
    }

    public Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default) => inner.PutAsync(key, content, cancellationToken);

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        inner.PutIfAbsentAsync(key, content, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) => inner.DeleteAsync(key, cancellationToken);

    public string? LocalPath(string key) => inner.LocalPath(key);
}
