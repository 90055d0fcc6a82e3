using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Tables;

/// <summary>
/// The latest version of each table, brought up to date with every request by reading only new commits. However many ask for a table at a
/// time, it is read once; and nobody gets a version older than the latest at the moment they asked.
/// </summary>
internal sealed class SnapshotCache(StorageRoots roots, IOptions<SnapshotCacheOptions> options, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private long uses;

    /// <summary>
    /// The table at <paramref name="location"/> with its latest version. Throws <see cref="DeltaLogException"/> or
    /// <see cref="ObjectStorageException"/> where it cannot be read.
    /// </summary>
    public async Task<ServedTable> GetAsync(string location, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (gate)
        {
            if (!entries.TryGetValue(location, out entry!))
                entries.Add(location, entry = new Entry(location, this));
            entry.LastUse = ++uses;
        }

        // A caller that goes away must not end the reading of the others.
        var table = await entry.RefreshAsync().WaitAsync(cancellationToken);
        Trim(entry);
        return table;
    }

    /// <summary>How many tables and files are kept.</summary>
    public (int Tables, long Files) Size
    {
        get
        {
            lock (gate)
                return (entries.Count, entries.Values.Sum(entry => entry.FileCount));
        }
    }

    private void Trim(Entry used)
    {
        lock (gate)
        {
            var files = entries.Values.Sum(entry => entry.FileCount);
            while (entries.Count > 1 && (entries.Count > options.Value.MaxTables || files > options.Value.MaxFiles))
            {
                var oldest = entries.Values.Where(entry => entry != used).MinBy(entry => entry.LastUse)!;
                entries.Remove(oldest.Location);
                files -= oldest.FileCount;
            }
        }
    }

    private async Task<ServedTable> ReadAsync(string location, ServedTable? before)
    {
        var start = time.GetTimestamp();
        var resolved = roots.Resolve(location);
        if (before is null || before.Location != resolved)
        {
            var table = new DeltaTable(roots.Open(resolved), time);
            return Count("loaded", start, await StampAsync(new ServedTable(resolved, table, await table.LoadAsync())));
        }

        if (await IsLatestAsync(before))
            return Count("unchanged", null, before);
        var latest = await before.Table.UpdateAsync(before.Latest);
        return Count("updated", start, await StampAsync(before with { Latest = latest }));
    }

    private ServedTable Count(string outcome, long? start, ServedTable table)
    {
        Telemetry.SnapshotReads.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        if (start is { } since)
            Telemetry.SnapshotReadDuration.Record(time.GetElapsedTime(since).TotalSeconds);
        return table;
    }

    // Two look-ups instead of listing the log. The time tells a table that was deleted and made anew under the same name.
    private static async Task<bool> IsLatestAsync(ServedTable table)
    {
        if (table.CommitWritten is not { } written)
            return false;
        var store = table.Table.Store;
        return await store.FindAsync(CommitKey(table.Latest.Version + 1)) is null
            && await store.FindAsync(CommitKey(table.Latest.Version)) is { } commit
            && commit.LastModified == written;
    }

    private static async Task<ServedTable> StampAsync(ServedTable table) =>
        table with { CommitWritten = (await table.Table.Store.FindAsync(CommitKey(table.Latest.Version)))?.LastModified };

    private static string CommitKey(long version) => $"_delta_log/{version:D20}.json";

    private sealed class Entry(string location, SnapshotCache cache)
    {
        private readonly Lock gate = new();
        private Task<ServedTable>? running;
        private Task<ServedTable>? next;
        private volatile ServedTable? latest;

        public string Location => location;

        public long LastUse { get; set; }

        public long FileCount => latest?.Latest.FileCount ?? 0;

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

        private async Task<ServedTable> ReadAsync() => latest = await cache.ReadAsync(location, latest);
    }
}
