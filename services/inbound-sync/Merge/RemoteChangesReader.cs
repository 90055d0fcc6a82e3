using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Tables;
using Tideway.DuckDb;
using Tideway.InboundSync.Mirror;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Merge;

/// <summary>Row changes of a range of remote versions as SQL, or why they cannot be applied one after the other.</summary>
/// <param name="To">Last version of the range.</param>
/// <param name="Sql">A SELECT of the changed rows.</param>
/// <param name="Obstacle">What is in the way.</param>
internal sealed record RemoteChanges(long To, string Sql, Obstacle? Obstacle);

/// <summary>Brings row changes here.</summary>
public sealed class RemoteChangesReader(MergeEngine engine, StagingArea staging, IOptions<SyncOptions> options, TimeProvider time)
{
    private static readonly string[] NotShared = ["history sharing is not enabled", "cdf is not enabled"];
    private const string CannotBeAsked = "UNSUPPORTED_OPERATION";

    internal async Task<RemoteChanges> ReadAsync(SyncWork work, Snapshot local, long from, DuckDbConnection connection, CancellationToken cancellationToken)
    {
        var to = Math.Min(work.Latest, from + options.Value.VersionsPerMerge - 1);
        try
        {
            await using var answer = await work.Remote.ChangesAsync(from, to, cancellationToken);
            var description = SharedDescription.Of(answer);
            if (Changed(description.Metadata, local) is { } reason)
                return Blocked(reason);
            var folder = staging.FolderOf(work.Sync.SyncId);
            var staged = await StagedTable.CreateAsync(work, description, folder, time, cancellationToken);
            string? change = null;
            var lines = answer
                .ReadAsync(cancellationToken)
                .TakeWhile(line => (change = description.MetadataOf(line) is { } metadata ? Changed(metadata, local) : null) is null);
            // Where a provider takes the end as a hint, later versions come too; they are asked for again.
            await using var files = await FileList.GatherAsync(
                lines,
                file => file.Version is not { } version || (version >= from && version <= to),
                folder,
                cancellationToken
            );
            if (change is not null)
                return Blocked(change);
            engine.RequireRoomFor(files);
            work.Progress.Expect(files.Count, files.Bytes);
            var versions = await staged.FillChangesAsync(files, cancellationToken);
            var sql = await staged.Reader.ChangesSqlAsync(staged.Snapshot, versions, cancellationToken: cancellationToken);
            var here = await new TableReader(work.Table.Store).ScanSqlAsync(local, new ScanOptions { Columns = work.Sync.Keys }, cancellationToken);
            var fault = await KeyCheck.FindFaultAsync(connection, sql, here, work.Sync.Keys, cancellationToken);
            return fault is null ? new RemoteChanges(to, sql, null) : Blocked($"versions {from} to {to}: {fault}");
        }
        catch (DeltaSharingException exception) when (exception.Status is 400 or 404)
        {
            // A server that cannot tell the changes has not lost any.
            var isNotToBeHad =
                exception.ErrorCode == CannotBeAsked || NotShared.Any(text => exception.Message.Contains(text, StringComparison.OrdinalIgnoreCase));
            return new RemoteChanges(to, "", new Obstacle(exception.Message, IsGap: !isNotToBeHad));
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.IncompatibleSchemaChange)
        {
            return Blocked(exception.Message);
        }
    }

    private static string? Changed(Metadata remote, Snapshot local)
    {
        if (!ReceivedMetadata.IsSameTable(remote, local.Metadata))
            return $"the remote table was made anew (id {remote.Id})";
        return ReceivedMetadata.HasSameSchema(remote, local.Metadata) ? null : "the remote schema changed";
    }

    private static RemoteChanges Blocked(string reason) => new(0, "", new Obstacle(reason, IsGap: true));
}
