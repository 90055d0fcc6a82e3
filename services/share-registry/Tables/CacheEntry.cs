using Tideway.DeltaLog.Snapshots;

namespace Tideway.ShareRegistry.Tables;

/// <summary>Something that <see cref="SnapshotCache"/> keeps.</summary>
internal abstract class CacheEntry
{
    /// <summary>Grows with each use; the cache's lock guards it.</summary>
    public long LastUse { get; set; }

    /// <summary>How many files it holds in memory.</summary>
    public abstract long FileCount { get; }
}

/// <summary>A version that never changes, read by the first who asks.</summary>
internal sealed class VersionEntry(Func<Task<Snapshot>> read) : CacheEntry
{
    private readonly Lazy<Task<Snapshot>> reading = new(() => Task.Run(read));

    public Task<Snapshot> Reading => reading.Value;

    public override long FileCount =>
        reading is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } done } ? done.GetAwaiter().GetResult().FileCount : 0;
}

/// <summary>The latest version of a table, of which at most one reading runs and at most one waits.</summary>
internal sealed class LatestEntry(Func<ServedTable?, Task<ServedTable>> read) : CacheEntry
{
    private readonly Lock gate = new();
    private Task<ServedTable>? running;
    private Task<ServedTable>? next;
    private volatile ServedTable? latest;

    public override long FileCount => latest?.Latest.FileCount ?? 0;

    /// <summary>Joins the reading that begins next: one that runs already may have looked before the newest commit came.</summary>
    public Task<ServedTable> RefreshAsync()
    {
        lock (gate)
        {
            if (running is null or { IsCompleted: true })
                return running = Task.Run(ReadAsync);
            return next ??= ReadAfterAsync(running);
        }
    }

    private async Task<ServedTable> ReadAfterAsync(Task<ServedTable> before)
    {
        // Never on at once: the caller has yet to keep this task as the next one.
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (gate)
        {
            running = next;
            next = null;
        }

        return await ReadAsync();
    }

    private async Task<ServedTable> ReadAsync() => latest = await read(latest);
}
