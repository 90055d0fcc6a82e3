using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// Keeps snapshots of many tables in bounded memory: the latest one of each, brought up to date at every call by reading only new commits, and older versions
/// that were asked for; those used last stay. However many ask for a table at a time, it is read once, and a caller that goes away ends nobody else's reading.
/// Nobody gets a latest version older than at the moment they asked, nor one of a table that was removed and made anew since. Tables go by the root of their
/// store. Safe for use by several threads; readings that run when it is disposed are cancelled.
/// </summary>
public sealed class SnapshotCache : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<CacheKey, CacheEntry> entries = [];
    private readonly LinkedList<(CacheKey Key, CacheEntry Entry)> byUse = new();
    private readonly SnapshotCacheOptions options;
    private readonly TimeProvider time;
    private readonly Action<SnapshotRead>? observe;
    private readonly SemaphoreSlim turns;
    private readonly CancellationTokenSource stop = new();
    private long bytes;
    private bool isDisposed;

    /// <summary>An empty cache.</summary>
    /// <param name="options">Its bounds.</param>
    /// <param name="time">The clock that durations are measured with.</param>
    /// <param name="observe">Called after each look at a table that did not fail.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not positive.</exception>
    public SnapshotCache(SnapshotCacheOptions options, TimeProvider time, Action<SnapshotRead>? observe = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxVersions, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReadsAtOnce, 1, nameof(options));
        this.options = options;
        this.time = time;
        this.observe = observe;
        turns = new SemaphoreSlim(options.ReadsAtOnce);
    }

    /// <summary>How many versions are kept.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return entries.Count;
        }
    }

    /// <summary>How many bytes of memory they hold.</summary>
    public long BytesHeld
    {
        get
        {
            lock (gate)
                return bytes;
        }
    }

    /// <summary>The latest version of the table, the same object as before where nothing was committed. Throws as <see cref="DeltaTable.LoadAsync"/> does.</summary>
    public async Task<Snapshot> GetLatestAsync(DeltaTable table, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        var key = new CacheKey(typeof(LatestEntry), table.Store.Root, -1);
        var entry = Use(key, () => new LatestEntry(ReadLatestAsync));
        return await WaitForAsync(entry, entry.RefreshAsync(table), () => entry.HasSnapshot, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A version of the table that <paramref name="latest"/>, which came from <see cref="GetLatestAsync"/>, is of. Throws as
    /// <see cref="DeltaTable.LoadAsync"/> does, and <see cref="DeltaLogError.VersionNotFound"/> where the table was made anew since.
    /// </summary>
    public async Task<Snapshot> GetVersionAsync(DeltaTable table, Snapshot latest, long version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(latest);
        if (version == latest.Version)
            return latest;
        var key = new CacheKey(typeof(Snapshot), latest.Lineage, version);
        return await GetOnceAsync(key, () => ReadVersionAsync(table, latest, version), snapshot => snapshot.BytesHeld, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The protocol and metadata of a version, without reading its files, as <see cref="DeltaTable.LoadDescriptionAsync"/> gives them; one that is kept counts
    /// only while the commit of the version is the same.
    /// </summary>
    public async Task<(Protocol Protocol, Metadata Metadata)> GetDescriptionAsync(DeltaTable table, long version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        var key = new CacheKey(typeof(TableState), table.Store.Root, version);
        var isNew = false;
        var found = await GetAsync().ConfigureAwait(false);
        // What was read just now needs no second look.
        if (!isNew && (found.Commit is null || !await found.Commit.IsSameAsync(table.Store, version, table.Time, cancellationToken).ConfigureAwait(false)))
        {
            Forget(key);
            found = await GetAsync().ConfigureAwait(false);
        }

        return (found.State.Protocol, found.State.Metadata);

        Task<(TableState State, CommitIdentity? Commit)> GetAsync() =>
            GetOnceAsync(
                key,
                () =>
                {
                    isNew = true;
                    return TakeTurnAsync(() => table.Snapshots.LoadStateAsync(version, stop.Token));
                },
                read => read.State.BytesHeld,
                cancellationToken
            );
    }

    /// <summary>Drops what is kept, and ends what is read.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (isDisposed)
                return;
            isDisposed = true;
            entries.Clear();
            byUse.Clear();
            bytes = 0;
        }

        stop.Cancel();
    }

    private async Task<Snapshot> ReadLatestAsync(DeltaTable table, Snapshot? before)
    {
        var start = time.GetTimestamp();
        if (before is not null && await table.Snapshots.IsLatestAsync(before, stop.Token).ConfigureAwait(false))
        {
            observe?.Invoke(new SnapshotRead(SnapshotReadKind.Unchanged, time.GetElapsedTime(start)));
            return before;
        }

        return await TakeTurnAsync(async () =>
            {
                var turn = time.GetTimestamp();
                var snapshot = before is null
                    ? await table.LoadAsync(null, stop.Token).ConfigureAwait(false)
                    : await table.UpdateAsync(before, stop.Token).ConfigureAwait(false);
                var kind = snapshot.Lineage == before?.Lineage ? SnapshotReadKind.Updated : SnapshotReadKind.Loaded;
                observe?.Invoke(new SnapshotRead(kind, time.GetElapsedTime(turn)));
                return snapshot;
            })
            .ConfigureAwait(false);
    }

    private Task<Snapshot> ReadVersionAsync(DeltaTable table, Snapshot latest, long version) =>
        TakeTurnAsync(async () =>
        {
            var start = time.GetTimestamp();
            var snapshot = await table.LoadAsync(version, stop.Token).ConfigureAwait(false);
            // Else what was read may be of another table.
            if (!await table.IsSameAsync(latest, stop.Token).ConfigureAwait(false))
            {
                throw new DeltaLogException(
                    DeltaLogError.VersionNotFound,
                    $"There is no version {version} of '{table.Store.Root}': the table was made anew meanwhile."
                )
                {
                    TableRoot = table.Store.Root,
                    Version = version,
                };
            }

            observe?.Invoke(new SnapshotRead(SnapshotReadKind.Version, time.GetElapsedTime(start)));
            return snapshot;
        });

    private async Task<T> TakeTurnAsync<T>(Func<Task<T>> read)
    {
        await turns.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            return await read().ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task<T> GetOnceAsync<T>(CacheKey key, Func<Task<T>> read, Func<T, long> bytesOf, CancellationToken cancellationToken)
    {
        var entry = Use(key, () => new ReadOnceEntry<T>(read, bytesOf));
        // Where it failed, the next one who asks tries again.
        return await WaitForAsync(entry, entry.Reading, () => entry.Reading.IsCompletedSuccessfully, cancellationToken).ConfigureAwait(false);
    }

    // Who leaves early still counts as waiting until the reading is over: only then is known what it holds, and whether it is worth keeping.
    private async Task<T> WaitForAsync<T>(CacheEntry entry, Task<T> reading, Func<bool> keep, CancellationToken cancellationToken)
    {
        try
        {
            return await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (reading.IsCompleted)
                Settle(entry, keep());
            else
                _ = SettleAfterAsync(entry, reading, keep);
        }
    }

    private async Task SettleAfterAsync(CacheEntry entry, Task reading, Func<bool> keep)
    {
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Settle(entry, keep());
    }

    private T Use<T>(CacheKey key, Func<T> make)
        where T : CacheEntry
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (entries.TryGetValue(key, out var entry))
            {
                entry.Waiting++;
                byUse.Remove(entry.Place!);
                byUse.AddFirst(entry.Place!);
                return (T)entry;
            }

            var made = make();
            made.Waiting = 1;
            made.Place = byUse.AddFirst((key, made));
            entries.Add(key, made);
            return made;
        }
    }

    private void Forget(CacheKey key)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var present))
                Remove(present);
        }
    }

    // An entry grows when it is read, and a little when its files are first put in order.
    private void Settle(CacheEntry used, bool keep)
    {
        var held = used.BytesHeld;
        lock (gate)
        {
            used.Waiting--;
            if (used.Place?.List is null)
                return;
            bytes += held - used.CountedBytes;
            used.CountedBytes = held;
            // While others wait for it, it is what they all wait for.
            if (!keep && used.Waiting == 0)
                Remove(used);
            for (var last = byUse.Last; last is not null && (entries.Count > options.MaxVersions || bytes > options.MaxBytes); )
            {
                var entry = last.Value.Entry;
                last = last.Previous;
                if (entry != used && entry.Waiting == 0)
                    Remove(entry);
            }
        }
    }

    private void Remove(CacheEntry entry)
    {
        entries.Remove(entry.Place!.Value.Key);
        byUse.Remove(entry.Place);
        bytes -= entry.CountedBytes;
        entry.CountedBytes = 0;
    }
}
