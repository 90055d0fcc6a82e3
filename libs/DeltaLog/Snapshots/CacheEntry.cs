namespace Tideway.DeltaLog.Snapshots;

/// <summary>Something that a <see cref="SnapshotCache"/> keeps.</summary>
internal abstract class CacheEntry
{
    /// <summary>Where it stands among the others, the one that was used last in front; the cache's lock guards it.</summary>
    public LinkedListNode<(CacheKey Key, CacheEntry Entry)>? Place { get; set; }

    /// <summary>How many wait for it; the cache's lock guards it.</summary>
    public int Waiting { get; set; }

    /// <summary>What the cache counts for it; the cache's lock guards it.</summary>
    public long CountedBytes { get; set; }

    /// <summary>How many bytes of memory it holds by now.</summary>
    public abstract long BytesHeld { get; }
}

/// <summary>What an entry is about. <paramref name="Owner"/> is a place or a <see cref="SnapshotLineage"/>.</summary>
internal readonly record struct CacheKey(Type Kind, object Owner, long Version);

/// <summary>What never changes, read by the first who asks.</summary>
internal sealed class ReadOnceEntry<T>(Func<Task<T>> read, Func<T, long> bytes) : CacheEntry
{
    private readonly Lazy<Task<T>> reading = new(() => Task.Run(read));

    public Task<T> Reading => reading.Value;

    public override long BytesHeld =>
        reading is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } done } ? bytes(done.GetAwaiter().GetResult()) : 0;
}

/// <summary>The latest version of a table, of which at most one reading runs and at most one waits.</summary>
internal sealed class LatestEntry(Func<DeltaTable, Snapshot?, Task<Snapshot>> read) : CacheEntry
{
    private readonly Lock gate = new();
    private Task<Snapshot>? running;
    private Task<Snapshot>? next;
    private volatile Snapshot? latest;

    public override long BytesHeld => latest?.BytesHeld ?? 0;

    /// <summary>Whether it was ever read, or is being read.</summary>
    public bool HasSnapshot
    {
        get
        {
            lock (gate)
                return latest is not null || running is { IsCompleted: false } || next is not null;
        }
    }

    /// <summary>Joins the reading that begins next: one that runs already may have looked before the newest commit came.</summary>
    public Task<Snapshot> RefreshAsync(DeltaTable table)
    {
        lock (gate)
        {
            // It has not begun to look, also where the one before it is over by now.
            if (next is not null)
                return next;
            if (running is null or { IsCompleted: true })
                return running = Task.Run(() => ReadAsync(table));
            return next = ReadAfterAsync(running, table);
        }
    }

    private async Task<Snapshot> ReadAfterAsync(Task<Snapshot> before, DeltaTable table)
    {
        // Never on at once: the caller has yet to keep this task as the next one.
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (gate)
        {
            running = next;
            next = null;
        }

        return await ReadAsync(table).ConfigureAwait(false);
    }

    private async Task<Snapshot> ReadAsync(DeltaTable table) => latest = await read(table, latest).ConfigureAwait(false);
}
