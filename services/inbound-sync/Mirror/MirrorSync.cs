using System.Collections.Concurrent;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Tables;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Mirror;

/// <summary>
/// Repeats the remote table: each remote version becomes one local commit with the same files, bytes unchanged. Where the steps cannot be followed
/// (history not shared, vacuumed, files rewritten without a change of rows, another schema), the difference to the newest version is taken instead.
/// </summary>
public sealed class MirrorSync(SyncRecorder recorder, StagingArea staging, RowCounts counts, TimeProvider time)
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
        // A file that is added, removed and restored comes once, and so does one whose deleted rows change.
        var tableId = work.Newest.Metadata.Id;
        var adds = steps.Versions.SelectMany(version => version.Adds).DistinctBy(ReceivedFile.KeyOf).ToList();
        var here = new ConcurrentDictionary<(string, string?), SharedFile>();
        work.Progress.Expect(adds.Count, adds.Sum(add => add.Size));
        try
        {
            await work.Remote.DownloadAsync(adds.ToAsyncEnumerable(), work.Table.Store, tableId, Note, cancellationToken);
        }
        catch (DeltaSharingException exception) when (exception.Error == DeltaSharingError.NotFound)
        {
            return new Obstacle($"a file of the versions {steps.Versions[0].Version} to {steps.To} is gone: {exception.Message}", IsGap: true);
        }

        foreach (var version in steps.Versions)
            version.Name(add => here[ReceivedFile.KeyOf(add)]);
        return null;

        Task Note(SharedFile file)
        {
            here[ReceivedFile.KeyOf(file)] = file;
            return Task.CompletedTask;
        }
    }

    private async Task<Snapshot?> RepeatAsync(SyncWork work, Snapshot snapshot, RemoteVersion step, CancellationToken cancellationToken)
    {
        var transaction = work.Table.BeginTransaction(snapshot);
        var tableId = work.Newest.Metadata.Id;
        // Removes name files by their remote id; looked up only where there are any, since that reads the whole list.
        var gone = step.Removes.DistinctBy(remove => remove.Id).ToDictionary(remove => ReceivedFile.PathOf(tableId, remove), StringComparer.Ordinal);
        if (gone.Count > 0)
        {
            var local = snapshot.Files.Where(file => gone.ContainsKey(file.Path)).ToList();
            if (local.Count < gone.Count || local.Exists(file => !HadVector(tableId, gone[file.Path], file)))
                return null;
            foreach (var file in local)
                transaction.Remove(file);
        }

        var now = time.GetUtcNow();
        var added = step.Adds.Select(add => ReceivedFile.Add(tableId, add, now)).DistinctBy(add => (add.Path, add.DeletionVector?.UniqueId)).ToList();
        if (IsHeld(snapshot, added, gone))
            return null;
        foreach (var file in added)
            transaction.Add(counts.Complete(file, work.Table.Store));
        RaiseProtocol(transaction, snapshot.Schema, work.Newest.Description, added.Exists(file => file.DeletionVector is not null));
        return await CommitAsync(work, transaction, step.Version, cancellationToken);
    }

    /// <summary>
    /// Whether a file that goes is the local one, as far as that can be told without its vector, which need not be there any more. It goes whatever it is; which rows
    /// there are afterwards, the vector tells that comes with it.
    /// </summary>
    private static bool HadVector(string tableId, SharedFile gone, AddFile local) =>
        ReceivedFile.HasSameVector(tableId, gone, local) || ReceivedFile.MayHaveSameVector(gone, local);

    /// <summary>
    /// Whether a file is to be added that the local table has: then a rewrite went unannounced, and only a look at all files tells what there is. One that goes and comes
    /// again in the same version has other deleted rows.
    /// </summary>
    private static bool IsHeld(Snapshot snapshot, List<AddFile> added, Dictionary<string, SharedFile> gone)
    {
        var paths = added.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        if (paths.Count < added.Count)
            return true;
        if (paths.Count == 0)
            return false;
        var vectors = added.Select(file => (file.Path, file.DeletionVector?.UniqueId)).ToHashSet();
        return snapshot.Files.Any(file =>
            paths.Contains(file.Path) && (!gone.ContainsKey(file.Path) || vectors.Contains((file.Path, file.DeletionVector?.UniqueId)))
        );
    }

    /// <summary>Takes the newest version whole: files that are here already are kept, the others downloaded, and those that are no longer there removed.</summary>
    private async Task<SyncOutcome> TakeDifferenceAsync(SyncWork work, CancellationToken cancellationToken)
    {
        // Steps may have been committed before they came to an end.
        var held = work.Held.Snapshot is { } found ? await work.Table.UpdateAsync(found, cancellationToken) : null;
        await using var answer = await work.Remote.SnapshotAsync(cancellationToken);
        var remote = SharedDescription.Of(answer);
        var tableId = remote.Metadata.Id;
        var kept = held?.Files.ToDictionary(file => file.Path, StringComparer.Ordinal) ?? [];
        var told = new HashSet<string>(StringComparer.Ordinal);
        var same = new HashSet<string>(StringComparer.Ordinal);
        await using var files = await FileList.GatherAsync(
            answer.ReadAsync(cancellationToken),
            file => IsNew(file, tableId, kept, told),
            staging.FolderOf(work.Sync.SyncId),
            cancellationToken
        );
        work.Progress.Expect(files.Count, files.Bytes);

        var now = time.GetUtcNow();
        var transaction = Begin(work, held, remote, files.HasVectors, now);
        await work.Remote.DownloadAsync(
            files.ReadAsync(cancellationToken),
            work.Table.Store,
            tableId,
            async file =>
            {
                var add = ReceivedFile.Add(tableId, file, now);
                var isHeld = kept.TryGetValue(add.Path, out var here) && await IsSameAsync(work, file, add, here, cancellationToken);
                var complete = isHeld ? null : counts.Complete(add, work.Table.Store);
                lock (transaction)
                {
                    if (complete is not null)
                        transaction.Add(complete);
                    else
                        same.Add(add.Path);
                }
            },
            cancellationToken
        );
        foreach (var gone in kept.Values.Where(file => !same.Contains(file.Path)))
            transaction.Remove(gone);
        var committed = await PutAsync(work, transaction, answer.Version, cancellationToken);
        return new SyncOutcome(work.Held.RemoteVersion, answer.Version, committed, WholeTable: true);
    }

    /// <summary>Whether a file whose vector had to come has the deleted rows that the local table has.</summary>
    private static async Task<bool> IsSameAsync(SyncWork work, SharedFile file, AddFile add, AddFile here, CancellationToken cancellationToken) =>
        ReceivedFile.MayHaveSameVector(file, here)
        && (
            add.DeletionVector!.UniqueId == here.DeletionVector!.UniqueId
            || await VectorBytes.AreSameAsync(work.Table.Store, add.DeletionVector, here.DeletionVector, cancellationToken)
        );

    /// <summary>
    /// Whether the file is not among those that are kept, or has other deleted rows as far as their names tell; one that is kept is taken out of those that have to go.
    /// </summary>
    private static bool IsNew(SharedFile file, string tableId, Dictionary<string, AddFile> kept, HashSet<string> told)
    {
        if (file.Action is not AddFile)
            return false;
        var path = ReceivedFile.PathOf(tableId, file);
        if (!told.Add(path))
            throw ReceivedFile.Twice(file);
        return !kept.TryGetValue(path, out var here) || !ReceivedFile.HasSameVector(tableId, file, here) || !kept.Remove(path);
    }

    private static DeltaTransaction Begin(SyncWork work, Snapshot? held, SharedDescription remote, bool hasVectors, DateTimeOffset now)
    {
        var metadata = ReceivedMetadata.ForFiles(remote.Metadata, held?.Metadata, now);
        var schema = SchemaJson.Parse(metadata.SchemaString);
        if (held is null)
            return work.Table.BeginCreation(ReceivedProtocol.With(null, schema, metadata.Configuration, remote, hasVectors), metadata);
        var transaction = work.Table.BeginTransaction(held);
        if (!ReceivedMetadata.IsSameTable(remote.Metadata, held.Metadata) || !ReceivedMetadata.HasSameSchema(remote.Metadata, held.Metadata))
            transaction.UpdateMetadata(metadata);
        RaiseProtocol(transaction, schema, remote, hasVectors);
        return transaction;
    }

    private static void RaiseProtocol(DeltaTransaction transaction, StructType schema, SharedDescription remote, bool hasVectors)
    {
        var held = transaction.Snapshot!;
        var configuration = (transaction.NewMetadata ?? held.Metadata).Configuration;
        var protocol = ReceivedProtocol.With(held.Protocol, schema, configuration, remote, hasVectors);
        if (!ReferenceEquals(protocol, held.Protocol))
            transaction.UpdateProtocol(protocol);
    }

    private static async Task<Snapshot> CommitAsync(SyncWork work, DeltaTransaction transaction, long remoteVersion, CancellationToken cancellationToken)
    {
        await PutAsync(work, transaction, remoteVersion, cancellationToken);
        return await work.Table.UpdateAsync(transaction.Snapshot!, cancellationToken);
    }

    private static async Task<long> PutAsync(SyncWork work, DeltaTransaction transaction, long remoteVersion, CancellationToken cancellationToken)
    {
        transaction.Operation = "MIRROR";
        transaction.OperationParameters["provider"] = work.Sync.ProviderName;
        transaction.OperationParameters["remoteVersion"] = remoteVersion.ToString();
        transaction.SetTransaction(work.Sync.AppId, remoteVersion);
        return (await transaction.CommitAsync(cancellationToken)).Version;
    }
}
