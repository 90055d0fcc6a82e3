using System.Collections.Concurrent;
using Tideway.ObjectStorage;

namespace Tideway.DeltaSharing.Tests.PlainCopies;

/// <summary>A store in memory. What is put or read waits until the test lets it go on.</summary>
internal sealed class HeldStore(TimeProvider time, bool isHeld = false) : IObjectStore
{
    private readonly ConcurrentDictionary<string, (byte[] Content, DateTimeOffset Written)> objects = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool isHeld = isHeld;
    private int puts;
    private int reads;

    public Uri Root { get; } = new("s3://bucket/place");

    /// <summary>How many puts have begun.</summary>
    public int Puts => Volatile.Read(ref puts);

    /// <summary>How many reads have begun.</summary>
    public int Reads => Volatile.Read(ref reads);

    /// <summary>What a read or put that was let go on fails with.</summary>
    public Exception? Fault { get; set; }

    public void Release() => gate.TrySetResult();

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        string? startAfter = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (var (key, found) in objects.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            yield return new ObjectInfo(key, found.Content.Length, found.Written);
        await Task.CompletedTask;
    }

    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) =>
        Task.FromResult(objects.TryGetValue(key, out var found) ? new ObjectInfo(key, found.Content.Length, found.Written) : null);

    public async Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref reads);
        await WaitAsync();
        return new MemoryStream(objects[key].Content);
    }

    public async Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref puts);
        await WaitAsync();
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        objects[key] = (copy.ToArray(), time.GetUtcNow());
    }

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        Task.FromResult(objects.TryAdd(key, (content.ToArray(), time.GetUtcNow())));

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        objects.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public string? LocalPath(string key) => null;

    private async Task WaitAsync()
    {
        if (isHeld)
            await gate.Task;
        if (Fault is { } fault)
            throw fault;
    }
}
