using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Mirror;

/// <summary>
/// Repeats the remote table: each remote version becomes one local commit with the same files, bytes unchanged. Where the steps cannot be followed
/// (history not shared, vacuumed, files rewritten without a change of rows, another schema), the difference to the newest version is taken instead.
/// </summary>
public sealed class MirrorSync(SyncRecorder recorder, StagingArea staging, TimeProvider time)
{
    private const int VersionsPerQuery = 100;

    /// <summary>Brings the local table to the newest remote version.</summary>
    public async Task<SyncOutcome> RunAsync(SyncWork work, CancellationToken cancellationToken)
    {
        if (work.Break is { } reason)
            await recorder.GapAsync(work, work.Held.RemoteVersion!.Value, reason, cancellationToken);
        else if (work.Held.RemoteVersion is { } from && await FollowAsync(work, from, cancellationToken) is { } outcome)
            return outcome;
        return await TakeDifferenceAsync(work, cancellationToken);
    }

    /// <summary>Repeats version by version; <see langword="null"/> where that cannot be done. What was committed until then stays right.</summary>
    private async Task<SyncOutcome?> FollowAsync(SyncWork work, long from, CancellationToken cancellationToken)
    {
        var snapshot = work.Held.Snapshot!;
        for (var next = from + 1; next <= work.Latest; )
        {
            var steps = await RemoteSteps.ReadAsync(work, next, Math.Min(work.Latest, next + VersionsPerQuery - 1), snapshot.Metadata, cancellationToken);
            if ((steps.Obstacle ?? await FetchAsync(work, steps, cancellationToken)) is { } obstacle)
            {
                if (obstacle.IsGap)
                    await recorder.GapAsync(work, next - 1, obstacle.Reason, cancellationToken);
                return null;
            }

            foreach (var step in steps.Versions)
            {
                if (await RepeatAsync(work, snapshot, step, cancellationToken) is not { } updated)
                    return null;
                snapshot = updated;
            }

            // Versions that changed no rows are not told of; that they were is, so that they are not asked for again.
            if (steps.Versions.Count == 0 || steps.Versions[^1].Version < steps.To)
                snapshot = await CommitAsync(work, work.Table.BeginTransaction(snapshot), steps.To, cancellationToken);
            next = steps.To + 1;
        }

        return new SyncOutcome(from, work.Latest, snapshot.Version, WholeTable: false);
    }

    /// <summary>Brings the files of several versions here at once; each version is committed by itself afterwards.</summary>
    private static async Task<Obstacle?> FetchAsync(SyncWork work, RemoteSteps steps, CancellationToken cancellationToken)
    {
        // A file that is added, removed and restored comes once.
        var adds = steps.Versions.SelectMany(version => version.Adds).DistinctBy(add => add.Id).ToList();
        work.Progress.Expect(adds.Count, adds.Sum(add => add.Size));
        try
        {
            await work.Remote.DownloadAsync(adds.ToAsyncEnumerable(), add => LocalPath(work, add), _ => { }, cancellationToken);
            return null;
        }
        catch (DeltaSharingException exception) when (exception.Error == DeltaSharingError.NotFound)
        {
            return new Obstacle($"a file of the versions {steps.Versions[0].Version} to {steps.To} is gone: {exception.Message}", IsGap: true);
        }
    }

    private async Task<Snapshot?> RepeatAsync(SyncWork work, Snapshot snapshot, RemoteVersion step, CancellationToken cancellationToken)
    {
        var transaction = work.Table.BeginTransaction(snapshot);
        var tableId = work.Newest.Metadata.Id;
        if (step.Removes.Count > 0)
        {
            // Removes name files by their remote id; looked up only where there are any, since that reads the whole list.
            var gone = step.Removes.Select(remove => MirroredFile.PathOf(tableId, remove)).ToHashSet(StringComparer.Ordinal);
            var local = snapshot.Files.Where(file => gone.Contains(file.Path)).ToList();
            if (local.Count < gone.Count)
                return null;
            foreach (var file in local)
                transaction.Remove(file);
        }

        var now = time.GetUtcNow();
        var added = step.Adds.DistinctBy(add => add.Id).Select(add => MirroredFile.Add(tableId, add, now)).ToList();
        if (IsHeld(snapshot, added))
            return null;
        foreach (var file in added)
            transaction.Add(file);
        return await CommitAsync(work, transaction, step.Version, cancellationToken);
    }

    /// <summary>Whether a file is to be added that the local table has: then a rewrite went unannounced, and only a look at all files tells what there is.</summary>
    private static bool IsHeld(Snapshot snapshot, List<AddFile> added)
    {
        var paths = added.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return paths.Count > 0 && snapshot.Files.Any(file => paths.Contains(file.Path));
    }

    /// <summary>Takes the newest version whole: files that are here already are kept, the others downloaded, and those that are no longer there removed.</summary>
    private async Task<SyncOutcome> TakeDifferenceAsync(SyncWork work, CancellationToken cancellationToken)
    {
        // Steps may have been committed before they came to an end.
        var held = work.Held.Snapshot is { } found ? await work.Table.UpdateAsync(found, cancellationToken) : null;
        await using var answer = await work.Remote.SnapshotAsync(cancellationToken);
        var tableId = answer.Metadata.Id;
        var kept = held?.Files.ToDictionary(file => file.Path, StringComparer.Ordinal) ?? [];
        var wanted = answer.ReadAsync(cancellationToken).OfType<FileLine>().Where(file => !kept.Remove(MirroredFile.PathOf(tableId, file)));
        await using var files = await FileList.GatherAsync(wanted, staging.FolderOf(work.Sync.SyncId), cancellationToken);
        work.Progress.Expect(files.Count, files.Bytes);

        var now = time.GetUtcNow();
        var transaction = Begin(work, held, answer.Metadata, now);
        foreach (var gone in kept.Values)
            transaction.Remove(gone);
        await work.Remote.DownloadAsync(
            files.ReadAsync<FileLine>(cancellationToken),
            file => LocalPath(work, file, tableId),
            file =>
            {
                var add = MirroredFile.Add(tableId, file, now);
                lock (transaction)
                    transaction.Add(add);
            },
            cancellationToken
        );
        var committed = await CommitAsync(work, transaction, answer.Version, cancellationToken);
        return new SyncOutcome(work.Held.RemoteVersion, answer.Version, committed.Version, WholeTable: true);
    }

    private static DeltaTransaction Begin(SyncWork work, Snapshot? held, MetadataLine remote, DateTimeOffset now)
    {
        var metadata = ReceivedMetadata.Of(remote, held?.Metadata, now);
        var schema = SchemaJson.Parse(metadata.SchemaString);
        if (held is null)
            return work.Table.BeginCreation(NewTableProtocol.For(schema, metadata.Configuration), metadata);
        var transaction = work.Table.BeginTransaction(held);
        if (ReceivedMetadata.IsSameTable(remote, held.Metadata) && ReceivedMetadata.HasSameSchema(remote, held.Metadata))
            return transaction;
        transaction.UpdateMetadata(metadata);
        var protocol = NewTableProtocol.With(held.Protocol, schema, metadata.Configuration);
        if (!ReferenceEquals(protocol, held.Protocol))
            transaction.UpdateProtocol(protocol);
        return transaction;
    }

    private static string LocalPath(SyncWork work, DataFileLine line, string? tableId = null) =>
        work.Table.Store.LocalPath(MirroredFile.PathOf(tableId ?? work.Newest.Metadata.Id, line))!;

    private static async Task<Snapshot> CommitAsync(SyncWork work, DeltaTransaction transaction, long remoteVersion, CancellationToken cancellationToken)
    {
        transaction.Operation = "MIRROR";
        transaction.OperationParameters["provider"] = work.Sync.ProviderName;
        transaction.OperationParameters["remoteVersion"] = remoteVersion.ToString();
        transaction.SetTransaction(work.Sync.AppId, remoteVersion);
        await transaction.CommitAsync(cancellationToken);
        return transaction.Snapshot is { } before
            ? await work.Table.UpdateAsync(before, cancellationToken)
            : await work.Table.LoadAsync(cancellationToken: cancellationToken);
    }
}
