using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DeltaSharing.Tables;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Merge;

/// <summary>
/// Applies the remote table's row changes by key. The local table has its own files and offers a change feed of its own. Where the changes cannot be
/// had or applied, the whole table is taken and replaces what is there, in one commit.
/// </summary>
public sealed class MergeSync(MergeEngine engine, StagingArea staging, SyncRecorder recorder, RemoteChangesReader changes, TimeProvider time)
{
    private static readonly (string, string) ChangeFeed = ("delta.enableChangeDataFeed", "true");

    /// <summary>Brings the local table to the newest remote version.</summary>
    public async Task<SyncOutcome> RunAsync(SyncWork work, CancellationToken cancellationToken)
    {
        VariantColumns.RequireNone(work.Newest.Metadata);
        var reason = work.Break;
        if (
            reason is null
            && work.Held is { RemoteVersion: not null, Snapshot: { } held }
            && !ReceivedMetadata.HasSameSchema(work.Newest.Metadata, held.Metadata)
        )
            reason = "the remote schema changed";
        if (reason is not null)
            await recorder.GapAsync(work, work.Held.RemoteVersion!.Value, reason, cancellationToken);
        else if (work.Held.RemoteVersion is { } from && await FollowAsync(work, from, cancellationToken) is { } outcome)
            return outcome;
        return await ReplaceAsync(work, cancellationToken);
    }

    /// <summary>Merges the changes range by range; <see langword="null"/> where that cannot be done. What was committed until then stays right.</summary>
    private async Task<SyncOutcome?> FollowAsync(SyncWork work, long from, CancellationToken cancellationToken)
    {
        var snapshot = work.Held.Snapshot!;
        var rows = new ChangedRows(0, 0, 0);
        for (var next = from + 1; next <= work.Latest; )
        {
            using var connection = engine.Connect();
            var range = await changes.ReadAsync(work, snapshot, next, connection, cancellationToken);
            if (range.Obstacle is { } obstacle)
            {
                if (obstacle.IsGap)
                    await recorder.GapAsync(work, next - 1, obstacle.Reason, cancellationToken);
                return null;
            }

            var result = await new DeltaTableWriter(work.Table).MergeAsync(
                connection,
                new MergeRequest
                {
                    SourceSql = MergeSql.LastStates(range.Sql, [.. snapshot.Schema.Fields.Select(field => field.Name)], work.Sync.Keys),
                    Keys = work.Sync.Keys,
                    DeleteWhenSql = MergeSql.Gone,
                },
                new WriteOptions { Snapshot = snapshot, Prepare = transaction => Checkpoint(transaction, work, range.To) },
                cancellationToken
            );
            staging.Clear(work.Sync.SyncId);
            rows = new ChangedRows(rows.Inserted + result.RowsInserted, rows.Updated + result.RowsUpdated, rows.Deleted + result.RowsDeleted);
            snapshot = await work.Table.UpdateAsync(snapshot, cancellationToken);
            next = range.To + 1;
        }

        return new SyncOutcome(from, work.Latest, snapshot.Version, WholeTable: false, rows);
    }

    private async Task<SyncOutcome> ReplaceAsync(SyncWork work, CancellationToken cancellationToken)
    {
        await using var answer = await work.Remote.SnapshotAsync(cancellationToken);
        var folder = staging.FolderOf(work.Sync.SyncId);
        var description = SharedDescription.Of(answer);
        var remote = description.Metadata;
        VariantColumns.RequireNone(remote);
        var staged = await StagedTable.CreateAsync(work, description, folder, time, cancellationToken);
        KeyCheck.RequireColumns(work, staged.Snapshot);
        await using var files = await FileList.GatherAsync(answer.ReadAsync(cancellationToken), file => file.Action is AddFile, folder, cancellationToken);
        engine.RequireRoomFor(files);
        work.Progress.Expect(files.Count, files.Bytes);
        await staged.FillAsync(files, cancellationToken);
        var rows = await staged.Reader.ScanSqlAsync(staged.Snapshot, cancellationToken: cancellationToken);

        using var connection = engine.Connect();
        await KeyCheck.RequireUniqueAsync(connection, rows, work.Sync.Keys, remote.Id, answer.Version, cancellationToken);
        var held = await CreateAsync(work, remote, cancellationToken);
        var fits = ReceivedMetadata.IsSameTable(remote, held.Metadata) && ReceivedMetadata.HasSameSchema(remote, held.Metadata);
        var options = new WriteOptions
        {
            Snapshot = held,
            Metadata = fits ? null : ReceivedMetadata.ForRows(remote, held.Metadata, time.GetUtcNow(), ChangeFeed),
            Prepare = transaction => Checkpoint(transaction, work, answer.Version),
        };
        var result = await new DeltaTableWriter(work.Table).OverwriteAsync(connection, rows, options, cancellationToken);
        var outcome = new ChangedRows(result.RowsInserted, 0, result.RowsDeleted);
        return new SyncOutcome(work.Held.RemoteVersion, answer.Version, result.Version, WholeTable: true, outcome);
    }

    /// <summary>The local table as it is now; made empty where there is none. It then holds version -1: nothing yet, which a crash before the rows leaves true.</summary>
    private async Task<Snapshot> CreateAsync(SyncWork work, Metadata remote, CancellationToken cancellationToken)
    {
        if (work.Held.Snapshot is { } found)
            return await work.Table.UpdateAsync(found, cancellationToken);
        var metadata = ReceivedMetadata.ForRows(remote, null, time.GetUtcNow(), ChangeFeed);
        var creation = work.Table.BeginCreation(NewTableProtocol.For(SchemaJson.Parse(metadata.SchemaString), metadata.Configuration), metadata);
        creation.SetTransaction(work.Sync.AppId, -1);
        await creation.CommitAsync(cancellationToken);
        return await work.Table.LoadAsync(cancellationToken: cancellationToken);
    }

    private static void Checkpoint(DeltaTransaction transaction, SyncWork work, long remoteVersion)
    {
        transaction.SetTransaction(work.Sync.AppId, remoteVersion);
        transaction.OperationParameters["provider"] = work.Sync.ProviderName;
        transaction.OperationParameters["remoteVersion"] = remoteVersion.ToString();
    }
}
