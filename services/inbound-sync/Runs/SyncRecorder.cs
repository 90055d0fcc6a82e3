using System.Text.Json;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// Keeps what runs did, with the events that tell of it. What begins or ends a run says whether the sync still was with who took it; where it was not, nothing
/// is recorded: whoever has it now does.
/// </summary>
public sealed class SyncRecorder(InboundSyncDatabase database, IOptions<SyncOptions> options, TimeProvider time, ILogger<SyncRecorder> logger)
{
    internal const string Interrupted = "The process ended during the run.";

    /// <summary>Whether somebody asked for a run and waits for how it ends.</summary>
    public async Task<bool> IsQueuedAsync(Sync sync, CancellationToken cancellationToken) =>
        await database.QueryFirstOrDefaultAsync<SyncRun>(SyncRunSql.FindQueued, new { syncId = sync.SyncId }, cancellationToken) is not null;

    /// <summary>Whether what is shown last of the sync is a run that failed, or that a process left open that ended.</summary>
    public async Task<bool> HasFailedLastAsync(Sync sync, CancellationToken cancellationToken) =>
        sync.LastRunId is { } runId
        && await database.QueryFirstOrDefaultAsync<SyncRun>(SyncRunSql.Find, new { runId, syncId = sync.SyncId }, cancellationToken) is { } last
        && last.State != SyncRun.Succeeded;

    /// <summary>
    /// A run begins: the one that is queued, or a new one. Runs of the same sync that were left open by a process that ended are closed first.
    /// <see langword="null"/> where the sync is with another.
    /// </summary>
    public async Task<SyncRun?> BeginAsync(Sync sync, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        var queued = await transaction.QueryFirstOrDefaultAsync<SyncRun>(SyncRunSql.FindQueued, new { syncId = sync.SyncId }, cancellationToken);
        var run = new SyncRun
        {
            RunId = queued?.RunId ?? Guid.CreateVersion7(now),
            SyncId = sync.SyncId,
            Trigger = queued?.Trigger ?? sync.DueTrigger,
            State = SyncRun.Running,
            StartedAt = now,
            FromVersion = sync.RemoteVersion,
        };
        // From here to the commit nobody else takes the sync.
        if (
            await transaction.ExecuteAsync(
                SyncRunSql.Note,
                new
                {
                    runId = run.RunId,
                    syncId = run.SyncId,
                    holder = sync.LeaseOwner,
                },
                cancellationToken
            ) == 0
        )
            return null;
        await InterruptAsync(transaction, sync, now, cancellationToken);
        await transaction.ExecuteAsync(queued is null ? SyncRunSql.Insert : SyncRunSql.Begin, run, cancellationToken);
        transaction.Publish(RunEvents.Started(sync, run));
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
    public async Task<bool> SucceedAsync(Sync sync, SyncRun run, SyncOutcome outcome, RunProgress progress, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await ReleaseAsync(transaction, sync, new Release(now + Interval(sync), Failures: 0, outcome.ToVersion, SyncedAt: now), cancellationToken))
            return false;
        var closed = Close(run, SyncRun.Succeeded, progress, now) with
        {
            FromVersion = outcome.FromVersion,
            ToVersion = outcome.ToVersion,
            LocalVersion = outcome.LocalVersion,
            WholeTable = outcome.WholeTable,
            RowsInserted = outcome.Rows?.Inserted,
            RowsUpdated = outcome.Rows?.Updated,
            RowsDeleted = outcome.Rows?.Deleted,
        };
        await FinishRunAsync(transaction, closed, cancellationToken);
        transaction.Publish(RunEvents.Completed(sync, run, outcome, progress, now));
        await transaction.CommitAsync(cancellationToken);
        Telemetry.RunEnded(sync, closed, progress);
        return true;
    }

    /// <summary>The run ended without; it is tried again later, each time after a longer wait, and where rows were set aside not before there are others.</summary>
    public async Task<bool> FailAsync(
        Sync sync,
        SyncRun run,
        string reason,
        QuarantineException? quarantine,
        RunProgress progress,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var failures = sync.Failures + 1;
        var dueAt = now + (quarantine is null ? RetryDelay(failures) : Interval(sync));
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (
            !await ReleaseAsync(
                transaction,
                sync,
                new Release(
                    dueAt,
                    failures,
                    QuarantinedVersion: quarantine?.ToVersion ?? sync.QuarantinedVersion,
                    QuarantinedTable: quarantine?.TableId ?? sync.QuarantinedTable
                ),
                cancellationToken
            )
        )
            return false;
        var closed = Close(run, SyncRun.Failed, progress, now) with { Reason = reason };
        await FinishRunAsync(transaction, closed, cancellationToken);
        if (quarantine is not null)
            await QuarantineAsync(transaction, sync, run, quarantine, now, cancellationToken);
        transaction.Publish(RunEvents.Failed(sync, run, reason, progress, now));
        await transaction.CommitAsync(cancellationToken);
        Telemetry.RunEnded(sync, closed, progress);
        return true;
    }

    /// <summary>The changes since a version are not to be had. Told once: a run that fails is tried again, and finds the same.</summary>
    public async Task GapAsync(SyncWork work, long fromVersion, string reason, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var isNew = await transaction.ExecuteAsync(
            SyncSql.TellGap,
            new
            {
                id = work.Sync.SyncId,
                holder = work.Sync.LeaseOwner,
                gap = $"{work.Newest.Metadata.Id} {fromVersion}..{work.Latest}",
            },
            cancellationToken
        );
        if (isNew == 0)
            return;
        Log.GapDetected(logger, work.Sync.Name, fromVersion, work.Latest, reason);
        transaction.Publish(RunEvents.Gap(work, fromVersion, reason, time.GetUtcNow()));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Nothing new was there, and what is shown of the sync is true: no run is kept, and nobody is told.</summary>
    public Task<bool> NothingNewAsync(Sync sync, long remoteVersion, CancellationToken cancellationToken) =>
        ReleaseAsync(sync, now => new Release(now + Interval(sync), Failures: 0, remoteVersion, SyncedAt: now), cancellationToken);

    /// <summary>The newest version is the one whose rows were set aside: there is no point in taking it again.</summary>
    public Task<bool> StillQuarantinedAsync(Sync sync, CancellationToken cancellationToken) =>
        ReleaseAsync(
            sync,
            now => new Release(now + Interval(sync), sync.Failures, QuarantinedVersion: sync.QuarantinedVersion, QuarantinedTable: sync.QuarantinedTable),
            cancellationToken
        );

    private async Task<bool> ReleaseAsync(Sync sync, Func<DateTimeOffset, Release> release, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await ReleaseAsync(transaction, sync, release(now), cancellationToken))
            return false;
        await InterruptAsync(transaction, sync, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<bool> ReleaseAsync(ServiceTransaction transaction, Sync sync, Release release, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            SyncSql.Finish,
            new
            {
                id = sync.SyncId,
                holder = sync.LeaseOwner,
                release.DueAt,
                release.Failures,
                release.RemoteVersion,
                release.QuarantinedVersion,
                release.QuarantinedTable,
                release.SyncedAt,
                claimedDueAt = sync.DueAt,
                nextTrigger = release.Failures > 0 ? SyncTrigger.Recovery : SyncTrigger.Timer,
            },
            cancellationToken
        ) == 1;

    private static Task<int> InterruptAsync(ServiceTransaction transaction, Sync sync, DateTimeOffset now, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            SyncRunSql.Interrupt,
            new
            {
                syncId = sync.SyncId,
                now,
                reason = Interrupted,
            },
            cancellationToken
        );

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
        transaction.Publish(RunEvents.Quarantined(sync, run, quarantine, now));
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

    /// <summary>How a sync goes on after a run.</summary>
    private sealed record Release(
        DateTimeOffset DueAt,
        int Failures,
        long? RemoteVersion = null,
        DateTimeOffset? SyncedAt = null,
        long? QuarantinedVersion = null,
        string? QuarantinedTable = null
    );
}
