using Microsoft.Extensions.Options;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Mirror;

/// <summary>
/// Repeats the remote table: each remote version becomes one local commit with the same files, bytes unchanged. Where the steps cannot be followed
/// (history not shared, vacuumed, files rewritten without a change of rows, another schema), the difference to the newest version is taken instead.
/// </summary>
public sealed class MirrorSync(SyncRecorder recorder, IOptions<SyncOptions> options, TimeProvider time, ILogger<MirrorSync> logger)
{
    private const int VersionsPerQuery = 100;

    /// <summary>Brings the local table to the newest remote version.</summary>
    public async Task<SyncOutcome> RunAsync(SyncWork work, CancellationToken cancellationToken)
    {
        var held = work.Held.RemoteVersion;
        if (held is { } from)
        {
            if (from > work.Latest)
                await GapAsync(work, from, "the remote table went back behind the version held", cancellationToken);
            else if (await FollowAsync(work, from, cancellationToken) is { } outcome)
                return outcome;
        }

        return await TakeDifferenceAsync(work, cancellationToken);
    }

    /// <summary>Repeats version by version; <see langword="null"/> where that cannot be done. What was committed until then stays right.</summary>
    private async Task<SyncOutcome?> FollowAsync(SyncWork work, long from, CancellationToken cancellationToken)
    {
        var snapshot = work.Held.Snapshot!;
        for (var next = from + 1; next <= work.Latest; )
        {
            var to = Math.Min(work.Latest, next + VersionsPerQuery - 1);
            var steps = await RemoteSteps.ReadAsync(work, next, to, snapshot.Metadata, cancellationToken);
            if (steps.Obstacle is { } obstacle)
            {
                if (obstacle.IsGap)
                    await GapAsync(work, next - 1, obstacle.Reason, cancellationToken);
                return null;
            }

            foreach (var step in steps.Versions)
            {
                if (await RepeatAsync(work, snapshot, step, cancellationToken) is not { } updated)
                    return null;
                snapshot = updated;
            }

            if (steps.Versions.Count == 0 || steps.Versions[^1].Version < to)
                snapshot = await CommitAsync(work, work.Table.BeginTransaction(snapshot), to, cancellationToken);
            next = to + 1;
        }

        return new SyncOutcome(from, work.Latest, snapshot.Version, WholeTable: false);
    }

    private async Task<Snapshot?> RepeatAsync(SyncWork work, Snapshot snapshot, RemoteVersion step, CancellationToken cancellationToken)
    {
        var transaction = work.Table.BeginTransaction(snapshot);
        // Removes name files by their remote id; looked up only where there are any, since that reads the whole list.
        var local = step.Removes.Count == 0 ? null : snapshot.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (var remove in step.Removes)
        {
            if (!local!.TryGetValue(MirroredFile.PathOf(remove.Id), out var file))
                return null;
            transaction.Remove(file);
        }

        await FilesAsync(work, step.Adds, transaction, cancellationToken);
        return await CommitAsync(work, transaction, step.Version, cancellationToken);
    }

    /// <summary>Takes the newest version whole: files that are here already are kept, the others downloaded, and those that are no longer there removed.</summary>
    private async Task<SyncOutcome> TakeDifferenceAsync(SyncWork work, CancellationToken cancellationToken)
    {
        var held = work.Held.RemoteVersion is null ? null : await work.Table.LoadAsync(cancellationToken: cancellationToken);
        await using var answer = await work.Remote.SnapshotAsync(cancellationToken);
        var kept = held?.Files.ToDictionary(file => file.Path, StringComparer.Ordinal) ?? [];
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var metadata = MirrorMetadata.Of(answer.Metadata, held?.Metadata, now);
        var transaction = held is null ? work.Table.BeginCreation(MirrorMetadata.ProtocolOf(answer.Metadata), metadata) : work.Table.BeginTransaction(held);
        if (held is not null && (!MirrorMetadata.Fits(answer.Metadata, held.Metadata) || work.Held.RemoteId != answer.Metadata.Id))
            transaction.UpdateMetadata(metadata);

        await FilesAsync(work, answer.ReadAsync(cancellationToken).OfType<FileLine>().Where(file => !kept.Remove(MirroredFile.PathOf(file.Id))), transaction, cancellationToken);
        foreach (var gone in kept.Values)
            transaction.Remove(gone);
        var committed = await CommitAsync(work, transaction, answer.Version, cancellationToken);
        return new SyncOutcome(work.Held.RemoteVersion, answer.Version, committed.Version, WholeTable: true);
    }

    /// <summary>Downloads files, several at a time while the list still arrives, and adds them to the commit.</summary>
    private async Task FilesAsync<T>(SyncWork work, IAsyncEnumerable<T> lines, DeltaTransaction transaction, CancellationToken cancellationToken)
        where T : DataFileLine
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.Downloads, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            lines,
            parallel,
            async (line, stop) =>
            {
                await work.Remote.DownloadAsync(line, work.Table.Store.LocalPath(MirroredFile.PathOf(line.Id))!, stop);
                var add = MirroredFile.Add(line, StatsOf(line), now);
                lock (transaction)
                    transaction.Add(add);
            }
        );
    }

    private Task FilesAsync<T>(SyncWork work, IReadOnlyList<T> lines, DeltaTransaction transaction, CancellationToken cancellationToken)
        where T : DataFileLine => FilesAsync(work, lines.ToAsyncEnumerable(), transaction, cancellationToken);

    private static async Task<Snapshot> CommitAsync(SyncWork work, DeltaTransaction transaction, long remoteVersion, CancellationToken cancellationToken)
    {
        transaction.Operation = "MIRROR";
        transaction.OperationParameters["provider"] = work.Sync.ProviderName;
        transaction.OperationParameters["remoteVersion"] = remoteVersion.ToString();
        transaction.SetTransaction(work.Sync.AppId, remoteVersion);
        await transaction.CommitAsync(cancellationToken);
        return transaction.Snapshot is { } before ? await work.Table.UpdateAsync(before, cancellationToken) : await work.Table.LoadAsync(cancellationToken: cancellationToken);
    }

    private async Task GapAsync(SyncWork work, long from, string reason, CancellationToken cancellationToken)
    {
        Log.GapDetected(logger, work.Sync.Name, from, work.Latest, reason);
        await recorder.GapAsync(work.Sync, work.Run, from, work.Latest, reason, cancellationToken);
    }

    private static string? StatsOf(DataFileLine line) =>
        line switch
        {
            FileLine file => file.Stats,
            AddLine add => add.Stats,
            _ => null,
        };
}
