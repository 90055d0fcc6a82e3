using System.Text.Json;
using Microsoft.Extensions.Options;
using Tideway.Contracts.InboundSync;
using Tideway.Hosting.Database;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>Keeps what runs did, with the events that tell of it.</summary>
public sealed class SyncRecorder(InboundSyncDatabase database, SyncQueue queue, IOptions<SyncOptions> options, TimeProvider time)
{
    /// <summary>A run begins. Runs of the same sync that were left open by a process that ended are closed first.</summary>
    public async Task<SyncRun> BeginAsync(Sync sync, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var run = new SyncRun
        {
            RunId = Guid.CreateVersion7(now),
            SyncId = sync.SyncId,
            Trigger = sync.DueTrigger,
            State = SyncRun.Running,
            StartedAt = now,
            FromVersion = sync.RemoteVersion,
        };
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(
            SyncRunSql.Interrupt,
            new
            {
                syncId = sync.SyncId,
                now,
                reason = "The process ended during the run.",
            },
            cancellationToken
        );
        await transaction.ExecuteAsync(SyncRunSql.Insert, run, cancellationToken);
        await transaction.ExecuteAsync("UPDATE sync SET last_run_id = @RunId WHERE sync_id = @SyncId", run, cancellationToken);
        transaction.Publish(
            new SyncStarted
            {
                SyncId = sync.SyncId,
                SyncName = sync.Name,
                ProviderName = sync.ProviderName,
                Share = sync.Share,
                Schema = sync.SchemaName,
                Table = sync.TableName,
                RunId = run.RunId,
                Trigger = sync.DueTrigger,
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return run;
    }

    /// <summary>Shows how far a run is.</summary>
    public async Task ProgressAsync(SyncRun run, RunProgress progress, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(
            SyncRunSql.Progress,
            new
            {
                runId = run.RunId,
                filesTotal = progress.FilesTotal,
                filesDone = progress.FilesDone,
                bytesTotal = progress.BytesTotal,
                bytesDone = progress.BytesDone,
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The local table holds the remote version.</summary>
    public async Task SucceedAsync(Sync sync, SyncRun run, SyncOutcome outcome, RunProgress progress, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        await FinishRunAsync(
            transaction,
            Close(run, SyncRun.Succeeded, progress, now) with
            {
                FromVersion = outcome.FromVersion,
                ToVersion = outcome.ToVersion,
                LocalVersion = outcome.LocalVersion,
                WholeTable = outcome.WholeTable,
                RowsInserted = outcome.Rows?.Inserted,
                RowsUpdated = outcome.Rows?.Updated,
                RowsDeleted = outcome.Rows?.Deleted,
            },
            cancellationToken
        );
        await ReleaseAsync(transaction, sync, now + Interval(sync), failures: 0, outcome.ToVersion, syncedAt: now, run.StartedAt, cancellationToken);
        transaction.Publish(
            new SyncCompleted
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
                Files = progress.FilesDone,
                Bytes = progress.BytesDone,
                RowsInserted = outcome.Rows?.Inserted,
                RowsUpdated = outcome.Rows?.Updated,
                RowsDeleted = outcome.Rows?.Deleted,
                Snapshot = outcome.WholeTable,
                RequestIds = progress.RequestIds,
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The run ended without; it is tried again later, each time after a longer wait.</summary>
    public async Task FailAsync(Sync sync, SyncRun run, string reason, QuarantineException? quarantine, RunProgress progress, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var failures = sync.Failures + 1;
        await using var transaction = await database.BeginAsync(cancellationToken);
        await FinishRunAsync(transaction, Close(run, SyncRun.Failed, progress, now) with { Reason = reason }, cancellationToken);
        await ReleaseAsync(transaction, sync, now + RetryDelay(failures), failures, remoteVersion: null, syncedAt: null, run.StartedAt, cancellationToken);
        if (quarantine is not null)
            await QuarantineAsync(transaction, sync, run, quarantine, now, cancellationToken);
        transaction.Publish(
            new SyncFailed
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
            }
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The changes since the version held are not to be had.</summary>
    public async Task GapAsync(Sync sync, SyncRun run, long fromVersion, long toVersion, string reason, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        transaction.Publish(
            new SyncGapDetected
            {
                SyncId = sync.SyncId,
                SyncName = sync.Name,
                ProviderName = sync.ProviderName,
                Share = sync.Share,
                Schema = sync.SchemaName,
                Table = sync.TableName,
                RunId = run.RunId,
                FromVersion = fromVersion,
                ToVersion = toVersion,
                Reason = reason,
                OccurredAt = time.GetUtcNow(),
            }
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Nothing new was there: no run is kept, and nobody is told.</summary>
    public async Task NothingNewAsync(Sync sync, long? remoteVersion, DateTimeOffset claimedAt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        await ReleaseAsync(transaction, sync, now + Interval(sync), failures: 0, remoteVersion, syncedAt: now, claimedAt, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task QuarantineAsync(
        ServiceTransaction transaction,
        Sync sync,
        SyncRun run,
        QuarantineException quarantine,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await transaction.ExecuteAsync(
            SyncRunSql.Quarantine,
            new
            {
                batchId = Guid.CreateVersion7(now),
                syncId = sync.SyncId,
                runId = run.RunId,
                fromVersion = quarantine.FromVersion,
                toVersion = quarantine.ToVersion,
                rowCount = quarantine.Rows,
                reason = quarantine.Message,
                now,
            },
            cancellationToken
        );
        transaction.Publish(
            new RowsQuarantined
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
            }
        );
    }

    private static SyncRun Close(SyncRun run, string state, RunProgress progress, DateTimeOffset now) =>
        run with
        {
            State = state,
            FinishedAt = now,
            FilesTotal = progress.FilesTotal,
            FilesDone = progress.FilesDone,
            BytesTotal = progress.BytesTotal,
            BytesDone = progress.BytesDone,
            RequestIds = JsonSerializer.Serialize(progress.RequestIds),
        };

    private static TimeSpan Interval(Sync sync) => TimeSpan.FromSeconds(sync.IntervalSeconds) * (0.9 + (Random.Shared.NextDouble() / 5));

    private TimeSpan RetryDelay(int failures)
    {
        var delay = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(failures - 1, 16))) * (1 + (Random.Shared.NextDouble() / 2));
        return delay < options.Value.LongestRetryDelay ? delay : options.Value.LongestRetryDelay;
    }

    private async Task FinishRunAsync(ServiceTransaction transaction, SyncRun run, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(SyncRunSql.Finish, run, cancellationToken);
        await transaction.ExecuteAsync(SyncRunSql.Forget, new { syncId = run.SyncId, keep = options.Value.RunsKept }, cancellationToken);
    }

    private Task<int> ReleaseAsync(
        ServiceTransaction transaction,
        Sync sync,
        DateTimeOffset dueAt,
        int failures,
        long? remoteVersion,
        DateTimeOffset? syncedAt,
        DateTimeOffset claimedAt,
        CancellationToken cancellationToken
    ) =>
        transaction.ExecuteAsync(
            SyncSql.Finish,
            new
            {
                id = sync.SyncId,
                owner = queue.Owner,
                dueAt,
                failures,
                remoteVersion,
                syncedAt,
                runId = (Guid?)null,
                claimedAt,
                timer = failures > 0 ? SyncTrigger.Recovery : SyncTrigger.Timer,
            },
            cancellationToken
        );
}
