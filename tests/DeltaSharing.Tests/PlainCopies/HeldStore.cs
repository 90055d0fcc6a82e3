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
    private int deletions;
    private TaskCompletionSource? deletionsHeld;

    public Uri Root { get; } = new("s3://bucket/place");

    /// <summary>Whether it writes only where there is nothing when it is asked to.</summary>
    public bool HonoursConditions { get; init; } = true;

    /// <summary>How many puts have begun.</summary>
    public int Puts => Volatile.Read(ref puts);

    /// <summary>How many reads have begun.</summary>
    public int Reads => Volatile.Read(ref reads);

    /// <summary>How many deletions have begun.</summary>
    public int Deletions => Volatile.Read(ref deletions);

    /// <summary>What a read or put that was let go on fails with.</summary>
    public Exception? Fault { get; set; }

    public void Release() => gate.TrySetResult();

    /// <summary>Has deletions wait until they are let go on.</summary>
    public void HoldDeletions() => deletionsHeld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReleaseDeletions() => deletionsHeld!.TrySetResult();

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

    public async Task<bool> PutIfAbsentAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        content.ReadByte();
        if (!HonoursConditions)
            throw new ObjectStorageException(ObjectStorageError.Unsupported, "It writes what it likes.");
        Interlocked.Increment(ref puts);
        await WaitAsync();
        using var copy = new MemoryStream();
        content.Position = 0;
        await content.CopyToAsync(copy, cancellationToken);
        return objects.TryAdd(key, (copy.ToArray(), time.GetUtcNow()));
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref deletions);
        if (deletionsHeld is { } held)
            await held.Task;
        objects.TryRemove(key, out _);
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
