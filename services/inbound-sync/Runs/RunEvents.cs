using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>What others are told of a run.</summary>
internal static class RunEvents
{
    public static SyncStarted Started(Sync sync, SyncRun run) =>
        new()
        {
            SyncId = sync.SyncId,
            SyncName = sync.Name,
            ProviderName = sync.ProviderName,
            Share = sync.Share,
            Schema = sync.SchemaName,
            Table = sync.TableName,
            RunId = run.RunId,
            Trigger = run.Trigger,
            OccurredAt = run.StartedAt,
        };

    public static SyncCompleted Completed(Sync sync, SyncRun run, SyncOutcome outcome, RunProgress progress, DateTimeOffset now) =>
        new()
        {
            SyncId = sync.SyncId,
            SyncName = sync.Name,
            ProviderName = sync.ProviderName,
            Share = sync.Share,
            Schema = sync.SchemaName,
            Table = sync.TableName,
            RunId = run.RunId,
            FromVersion = outcome.FromVersion,
            ToVersion = outcome.ToVersion,
            LocalVersion = outcome.LocalVersion,
            Files = progress.FilesFetched,
            Bytes = progress.BytesFetched,
            RowsInserted = outcome.Rows?.Inserted,
            RowsUpdated = outcome.Rows?.Updated,
            RowsDeleted = outcome.Rows?.Deleted,
            Snapshot = outcome.WholeTable,
            RequestIds = progress.RequestIds,
            OccurredAt = now,
        };

    public static SyncFailed Failed(Sync sync, SyncRun run, string reason, RunProgress progress, DateTimeOffset now) =>
        new()
        {
            SyncId = sync.SyncId,
            SyncName = sync.Name,
            ProviderName = sync.ProviderName,
            Share = sync.Share,
            Schema = sync.SchemaName,
            Table = sync.TableName,
            RunId = run.RunId,
            Reason = reason,
            RequestIds = progress.RequestIds,
            OccurredAt = now,
        };

    public static SyncGapDetected Gap(SyncWork work, long fromVersion, string reason, DateTimeOffset now) =>
        new()
        {
            SyncId = work.Sync.SyncId,
            SyncName = work.Sync.Name,
            ProviderName = work.Sync.ProviderName,
            Share = work.Sync.Share,
            Schema = work.Sync.SchemaName,
            Table = work.Sync.TableName,
            RunId = work.Run.RunId,
            FromVersion = fromVersion,
            ToVersion = work.Latest,
            Reason = reason,
            OccurredAt = now,
        };

    public static RowsQuarantined Quarantined(Sync sync, SyncRun run, QuarantineException quarantine, DateTimeOffset now) =>
        new()
        {
            SyncId = sync.SyncId,
            SyncName = sync.Name,
            ProviderName = sync.ProviderName,
            Share = sync.Share,
            Schema = sync.SchemaName,
            Table = sync.TableName,
            RunId = run.RunId,
            FromVersion = quarantine.FromVersion,
            ToVersion = quarantine.ToVersion,
            Rows = quarantine.Rows,
            Reason = quarantine.Message,
            OccurredAt = now,
        };
}
