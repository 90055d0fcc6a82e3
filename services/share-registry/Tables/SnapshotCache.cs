using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Tables;

/// <summary>
/// The latest version of each table, brought up to date with every request by reading only new commits, and older versions that were asked
/// for. However many ask for a version at a time, it is read once; and nobody gets a latest version older than at the moment they asked.
/// </summary>
internal sealed class SnapshotCache(StorageRoots roots, IOptions<SnapshotCacheOptions> options, TimeProvider time) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, CacheEntry> entries = new(StringComparer.Ordinal);

    // Reading a log takes memory; whoever comes after that many waits for a turn.
    private readonly SemaphoreSlim turns = new(options.Value.ReadsAtOnce);
    private long uses;

    /// <summary>How many versions and files are kept.</summary>
    public (int Entries, long Files) Size
    {
        get
        {
            lock (gate)
                return (entries.Count, entries.Values.Sum(entry => entry.FileCount));
        }
    }

    /// <summary>
    /// The table at <paramref name="location"/> with its latest version. Throws <see cref="DeltaLogException"/> or
    /// <see cref="ObjectStorageException"/> where it cannot be read.
    /// </summary>
    public async Task<ServedTable> GetAsync(string location, CancellationToken cancellationToken)
    {
        var entry = Use(location, () => new LatestEntry(before => ReadLatestAsync(location, before)));
        // A caller that goes away must not end the reading of the others.
        var table = await entry.RefreshAsync().WaitAsync(cancellationToken);
        Trim(entry);
        return table;
    }

    /// <summary>A version of a table. Throws as <see cref="GetAsync"/> does.</summary>
    public async Task<Snapshot> GetVersionAsync(ServedTable table, long version, CancellationToken cancellationToken)
    {
        if (version == table.Latest.Version)
            return table.Latest;
        // With the table's own id, so that a table made anew under the same name is another one.
        var key = $"{table.Location.Uri}\n{table.Latest.Metadata.Id}\n{version}";
        var entry = Use(key, () => new VersionEntry(() => ReadVersionAsync(table, version)));
        try
        {
            var snapshot = await entry.Reading.WaitAsync(cancellationToken);
            Trim(entry);
            return snapshot;
        }
        catch when (entry.Reading.IsFaulted)
        {
            Forget(key, entry);
            throw;
        }
    }

    public void Dispose() => turns.Dispose();

    private T Use<T>(string key, Func<T> make)
        where T : CacheEntry
    {
        lock (gate)
        {
            if (!entries.TryGetValue(key, out var entry))
                entries.Add(key, entry = make());
            entry.LastUse = ++uses;
            return (T)entry;
        }
    }

    private void Forget(string key, CacheEntry entry)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var present) && present == entry)
                entries.Remove(key);
        }
    }

    private void Trim(CacheEntry used)
    {
        lock (gate)
        {
            var files = entries.Values.Sum(entry => entry.FileCount);
            while (entries.Count > 1 && (entries.Count > options.Value.MaxVersions || files > options.Value.MaxFiles))
            {
                var (key, oldest) = entries.Where(pair => pair.Value != used).MinBy(pair => pair.Value.LastUse);
                entries.Remove(key);
                files -= oldest.FileCount;
            }
        }
    }

    private async Task<ServedTable> ReadLatestAsync(string location, ServedTable? before)
    {
        var resolved = roots.Resolve(location);
        if (before is not null && before.Location == resolved && await before.IsLatestAsync())
        {
            Telemetry.SnapshotReads.Add(1, new KeyValuePair<string, object?>("outcome", "unchanged"));
            return before;
        }

        if (before is null || before.Location != resolved)
            return await ReadAsync("loaded", () => ServedTable.OpenAsync(resolved, new DeltaTable(roots.Open(resolved), time)));
        return await ReadAsync("updated", before.UpdateAsync);
    }

    private Task<Snapshot> ReadVersionAsync(ServedTable table, long version) => ReadAsync("version", () => table.Table.LoadAsync(version));

    private async Task<T> ReadAsync<T>(string outcome, Func<Task<T>> read)
    {
        await turns.WaitAsync();
        var start = time.GetTimestamp();
        try
        {
            return await read();
        }
        finally
        {
            turns.Release();
            Telemetry.SnapshotReads.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
            Telemetry.SnapshotReadDuration.Record(time.GetElapsedTime(start).TotalSeconds);
        }
    }
}
