using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// The local table as a run finds it. The checkpoint is the <c>txn</c> action that every commit of the sync carries, so the data and what is known
/// of it cannot come apart.
/// </summary>
/// <param name="Snapshot">The table; <see langword="null"/> where there is none yet.</param>
/// <param name="RemoteVersion">Remote version that it holds; <see langword="null"/> where this sync never wrote to it.</param>
public sealed record LocalTable(Snapshot? Snapshot, long? RemoteVersion)
{
    /// <summary>Configuration section of the cache.</summary>
    public const string CacheSection = "InboundSync:SnapshotCache";

    /// <summary>Opens the table where there is one. A table that this sync did not make is refused: it has another owner.</summary>
    public static async Task<LocalTable> LoadAsync(SnapshotCache cache, DeltaTable table, Sync sync, CancellationToken cancellationToken)
    {
        if (!await table.ExistsAsync(cancellationToken))
            return new LocalTable(null, null);
        var snapshot = await cache.GetLatestAsync(table, cancellationToken);
        if (!snapshot.Transactions.TryGetValue(sync.AppId, out var version))
            throw new SyncRefusedException($"There is a table at {sync.TargetLocation} that this sync did not make; name another target, or remove it.");
        // A table that was only created holds no remote version yet.
        return new LocalTable(snapshot, version < 0 ? null : version);
    }
}

/// <summary>A sync cannot run as it was defined.</summary>
public sealed class SyncRefusedException(string message) : Exception(message);
