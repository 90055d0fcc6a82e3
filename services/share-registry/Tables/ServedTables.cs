using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Tables;

/// <summary>Opens tables where they are registered; what was read of their logs is kept.</summary>
internal sealed class ServedTables(StorageRoots roots, SnapshotCache cache, TimeProvider time)
{
    /// <summary>Configuration section of the cache.</summary>
    public const string CacheSection = "ShareRegistry:SnapshotCache";

    /// <summary>
    /// The table at <paramref name="location"/> with its latest version. Throws <see cref="DeltaLogException"/> or
    /// <see cref="ObjectStorageException"/> where it cannot be read.
    /// </summary>
    public async Task<ServedTable> OpenAsync(string location, CancellationToken cancellationToken)
    {
        var resolved = roots.Resolve(location);
        var table = new DeltaTable(roots.Open(resolved), time);
        return new ServedTable(resolved, table, await cache.GetLatestAsync(table, cancellationToken));
    }

    /// <summary>A version of a table. Throws as <see cref="OpenAsync"/> does.</summary>
    public Task<Snapshot> LoadAsync(ServedTable table, long version, CancellationToken cancellationToken) =>
        cache.GetVersionAsync(table.Table, table.Latest, version, cancellationToken);
}
