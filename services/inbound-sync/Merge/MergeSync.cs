using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DuckDb;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Merge;

/// <summary>
/// Applies the remote table's row changes by key. The local table has its own files and offers a change feed of its own. Where the changes cannot be
/// had, the whole table is taken and replaces what is there, in one commit.
/// </summary>
public sealed class MergeSync(MergeEngine engine, SyncRecorder recorder, IOptions<SyncOptions> options, TimeProvider time, ILogger<MergeSync> logger)
{
    /// <summary>Table property with a digest of the remote schema that the local table was made for.</summary>
    private const string RemoteSchemaProperty = "tideway.remoteSchema";

    private static readonly string[] NotShared = ["history sharing is not enabled", "cdf is not enabled"];

    /// <summary>Brings the local table to the newest remote version.</summary>
    public async Task<SyncOutcome> RunAsync(SyncWork work, CancellationToken cancellationToken)
    {
        if (work.Held.RemoteVersion is { } from)
        {
            if (from > work.Latest)
                await GapAsync(work, from, "the remote table went back behind the version held", cancellationToken);
            else if (await FollowAsync(work, from, cancellationToken) is { } outcome)
                return outcome;
        }

        return await ReplaceAsync(work, cancellationToken);
    }

    /// <summary>Merges the changes range by range; <see langword="null"/> where that cannot be done. What was committed until then stays right.</summary>
    private async Task<SyncOutcome?> FollowAsync(SyncWork work, long from, CancellationToken cancellationToken)
    {
        var snapshot = work.Held.Snapshot!;
        var rows = new ChangedRows(0, 0, 0);
        for (var next = from + 1; next <= work.Latest; )
        {
            var to = Math.Min(work.Latest, next + options.Value.VersionsPerMerge - 1);
            WriteResult result;
            try
            {
                await using var answer = await work.Remote.ChangesAsync(next, to, cancellationToken);
                if (Obstacle(snapshot, answer.Metadata) is { } obstacle)
                {
                    await GapAsync(work, next - 1, obstacle, cancellationToken);
                    return null;
                }

                using var staged = await StagedTable.CreateAsync(work, answer.Metadata, options.Value, time, cancellationToken);
                var versions = await staged.FillAsync(work, FilesAsync(answer, snapshot, cancellationToken), cancellationToken);
                var changes = await staged.Reader.ChangesSqlAsync(staged.Snapshot, versions, cancellationToken: cancellationToken);
                result = await MergeAsync(work, snapshot, changes, next, to, cancellationToken);
            }
            catch (DeltaSharingException exception) when (exception.Status is 400 or 404)
            {
                if (!NotShared.Any(text => exception.Message.Contains(text, StringComparison.OrdinalIgnoreCase)))
                    await GapAsync(work, next - 1, exception.Message, cancellationToken);
                return null;
            }
            catch (SchemaChangedException exception)
            {
                await GapAsync(work, next - 1, exception.Message, cancellationToken);
                return null;
            }

            rows = new ChangedRows(rows.Inserted + result.RowsInserted, rows.Updated + result.RowsUpdated, rows.Deleted + result.RowsDeleted);
            snapshot = await work.Table.UpdateAsync(snapshot, cancellationToken);
            next = to + 1;
        }

        return new SyncOutcome(from, work.Latest, snapshot.Version, WholeTable: false, rows);
    }

    private async Task<WriteResult> MergeAsync(SyncWork work, Snapshot snapshot, string changes, long from, long to, CancellationToken cancellationToken)
    {
        using var connection = engine.Connect();
        var keys = work.Sync.Keys;
        Check(connection, MergeSql.NullKeys(changes, keys), from, to, rows => $"{rows} changed rows of versions {from} to {to} lack a value in the key {Names(keys)}.", cancellationToken);
        Check(connection, MergeSql.AmbiguousChanges(changes, keys), from, to, rows => $"{rows} changed rows of versions {from} to {to} share their key {Names(keys)} with another of the same version.", cancellationToken);
        return await new DeltaTableWriter(work.Table).MergeAsync(
            connection,
            new MergeRequest
            {
                SourceSql = MergeSql.LastStates(changes, [.. snapshot.Schema.Fields.Select(field => field.Name)], keys),
                Keys = keys,
                DeleteWhenSql = MergeSql.Gone,
            },
            Options(work, to, snapshot, null),
            cancellationToken
        );
    }

    private async Task<SyncOutcome> ReplaceAsync(SyncWork work, CancellationToken cancellationToken)
    {
        await using var answer = await work.Remote.SnapshotAsync(cancellationToken);
        using var staged = await StagedTable.CreateAsync(work, answer.Metadata, options.Value, time, cancellationToken);
        RequireKeys(work, staged.Snapshot);
        await staged.FillAsync(work, answer.ReadAsync(cancellationToken).OfType<FileLine>(), cancellationToken);
        var rows = await staged.Reader.ScanSqlAsync(staged.Snapshot, cancellationToken: cancellationToken);

        using var connection = engine.Connect();
        var keys = work.Sync.Keys;
        var version = answer.Version;
        Check(connection, MergeSql.NullKeys(rows, keys), version, version, count => $"{count} rows of version {version} lack a value in the key {Names(keys)}.", cancellationToken);
        Check(connection, MergeSql.DuplicateKeys(rows, keys), version, version, count => $"{count} rows of version {version} share their key {Names(keys)} with another.", cancellationToken);

        var result = await WriteAsync(work, answer.Metadata, staged.Snapshot, connection, rows, version, cancellationToken);
        return new SyncOutcome(work.Held.RemoteVersion, version, result.Version, WholeTable: true, new ChangedRows(result.RowsInserted, 0, result.RowsDeleted));
    }

    private async Task<WriteResult> WriteAsync(
        SyncWork work,
        MetadataLine remote,
        Snapshot staged,
        DuckDbConnection connection,
        string rows,
        long version,
        CancellationToken cancellationToken
    )
    {
        var writer = new DeltaTableWriter(work.Table);
        var metadata = Metadata(remote, work.Held.Snapshot?.Metadata, time.GetUtcNow().ToUnixTimeMilliseconds());
        if (work.Held.Snapshot is not null)
            return await writer.OverwriteAsync(connection, rows, Options(work, version, null, metadata), cancellationToken);

        // Created empty but for its first checkpoint: version -1 says that nothing was taken in yet, so a crash before the rows is made good.
        var creation = work.Table.BeginCreation(NewTableProtocol.For(staged.Schema, metadata.Configuration), metadata);
        creation.SetTransaction(work.Sync.AppId, -1);
        await creation.CommitAsync(cancellationToken);
        return await writer.AppendAsync(connection, rows, Options(work, version, null, null), cancellationToken);
    }

    private static WriteOptions Options(SyncWork work, long remoteVersion, Snapshot? snapshot, Metadata? metadata) =>
        new()
        {
            Snapshot = snapshot,
            Metadata = metadata,
            Transaction = (work.Sync.AppId, remoteVersion),
            Prepare = transaction =>
            {
                transaction.OperationParameters["provider"] = work.Sync.ProviderName;
                transaction.OperationParameters["remoteVersion"] = remoteVersion.ToString();
            },
        };

    private static Metadata Metadata(MetadataLine remote, Metadata? local, long now) =>
        new()
        {
            Id = local?.Id ?? Guid.CreateVersion7().ToString(),
            TableName = remote.Name,
            Description = remote.Description,
            SchemaString = remote.SchemaString,
            PartitionColumns = remote.PartitionColumns,
            CreatedTime = local?.CreatedTime ?? now,
            Configuration = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["delta.enableChangeDataFeed"] = "true",
                [LocalTable.RemoteIdProperty] = remote.Id,
                [RemoteSchemaProperty] = Digest(remote),
            },
        };

    private static string? Obstacle(Snapshot local, MetadataLine remote)
    {
        if (local.Configuration.GetValueOrDefault(LocalTable.RemoteIdProperty) != remote.Id)
            return $"the remote table was made anew (id {remote.Id})";
        return local.Configuration.GetValueOrDefault(RemoteSchemaProperty) != Digest(remote) ? "the remote schema changed" : null;
    }

    private static async IAsyncEnumerable<ChangedFileLine> FilesAsync(
        TableStream answer,
        Snapshot local,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var line in answer.ReadAsync(cancellationToken))
        {
            if (line is MetadataLine metadata && Obstacle(local, metadata) is { } obstacle)
                throw new SchemaChangedException(obstacle);
            if (line is ChangedFileLine file)
                yield return file;
        }
    }

    private static void RequireKeys(SyncWork work, Snapshot staged)
    {
        var missing = work.Sync.Keys.Where(key => staged.Schema.Find(key) is null).ToList();
        if (missing.Count > 0)
            throw new SyncRefusedException($"The remote table has no column {Names(missing)}, which the sync has as a key; it has {Names([.. staged.Schema.Fields.Select(field => field.Name)])}.");
    }

    private static void Check(DuckDbConnection connection, string count, long from, long to, Func<long, string> reason, CancellationToken cancellationToken)
    {
        var rows = connection.Scalar<long>(count, cancellationToken: cancellationToken);
        if (rows > 0)
            throw new QuarantineException(from, to, rows, reason(rows));
    }

    private static string Digest(MetadataLine remote) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{remote.SchemaString}\n{string.Join('\n', remote.PartitionColumns)}")));

    private static string Names(IReadOnlyList<string> names) => string.Join(", ", names);

    private async Task GapAsync(SyncWork work, long from, string reason, CancellationToken cancellationToken)
    {
        Log.GapDetected(logger, work.Sync.Name, from, work.Latest, reason);
        await recorder.GapAsync(work.Sync, work.Run, from, work.Latest, reason, cancellationToken);
    }

    private sealed class SchemaChangedException(string message) : Exception(message);
}
