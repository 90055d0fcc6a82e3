using Tideway.Cli.Tables;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Tables;
using Tideway.ObjectStorage.Local;

namespace Tideway.Cli.Read;

/// <summary>A SELECT of rows, and the names of its columns.</summary>
internal sealed record SharedRows(string Sql, IReadOnlyList<string> Columns);

/// <summary>Brings what a question needs of a remote table here, and makes the SQL that answers it.</summary>
internal sealed class SharedReading(DeltaSharingClient client, SharedTableName table, BroughtFiles brought, string folder, TimeProvider time)
{
    private static readonly string[] ChangeColumns = ["_change_type", "_commit_version", "_commit_timestamp"];

    private string? refreshToken;

    /// <summary>The rows of a version.</summary>
    public async Task<SharedRows> RowsAsync(QueryRequest query, string? where, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        var answer = await QueryAsync(query, cancellationToken);
        refreshToken = answer.RefreshToken;
        var (store, snapshot, shown) = await BringAsync(
            answer,
            columns,
            where is null ? null : (reader, none) => reader.ScanSqlAsync(none, new ScanOptions { Files = [], WhereSql = where }, cancellationToken),
            token => AgainAsync(query, token),
            cancellationToken
        );
        var files = answer.Files.Select(brought.Local).OfType<AddFile>().ToList();
        var options = new ScanOptions
        {
            Files = files,
            LocalPath = brought.PathOf,
            WhereSql = where,
            Columns = columns,
        };
        return new SharedRows(await new TableReader(store).ScanSqlAsync(snapshot, options, cancellationToken), shown);
    }

    /// <summary>The rows that changed between versions, how and when.</summary>
    public async Task<SharedRows> ChangesAsync(ChangesRequest request, string? where, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        var answer = await ChangesAsync(request, cancellationToken);
        var (store, snapshot, shown) = await BringAsync(
            answer,
            columns,
            where is null ? null : (reader, none) => reader.ChangesSqlAsync(none, [], new ScanOptions { WhereSql = where }, cancellationToken),
            token => ChangesAsync(request, token),
            cancellationToken
        );
        var versions = answer.Files.GroupBy(file => (file.Version, file.Timestamp)).OrderBy(group => group.Key.Version).Select(VersionOf).ToList();
        var options = new ScanOptions
        {
            LocalPath = brought.PathOf,
            WhereSql = where,
            Columns = columns,
        };
        var sql = await new TableReader(store).ChangesSqlAsync(snapshot, versions, options, cancellationToken);
        return new SharedRows($"SELECT * FROM ({sql}) ORDER BY _commit_version", [.. ChangeColumns, .. shown]);
    }

    // The files are on their way while the table is made whose files they are; where that is refused they need not arrive.
    private async Task<(LocalObjectStore Store, Snapshot Snapshot, IReadOnlyList<string> Shown)> BringAsync(
        SharedAnswer answer,
        IReadOnlyList<string>? columns,
        Func<TableReader, Snapshot, Task<string>>? selectOfNone,
        Func<CancellationToken, Task<SharedAnswer>> renew,
        CancellationToken cancellationToken
    )
    {
        using var refused = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var bringing = brought.BringAsync(answer, renew, refused.Token);
        try
        {
            var (store, snapshot) = await EmptyTable.MakeAsync(folder, answer.Protocol, answer.Metadata, time, cancellationToken);
            var shown = Shown(snapshot, columns);
            if (selectOfNone is not null)
                RowCondition.RequireFit(await selectOfNone(new TableReader(store), snapshot), cancellationToken);
            await bringing;
            return (store, snapshot, shown);
        }
        catch
        {
            await refused.CancelAsync();
            await bringing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private VersionChanges VersionOf(IGrouping<(long? Version, DateTimeOffset? Timestamp), SharedFile> files)
    {
        if (files.Key is not ({ } version, { } timestamp))
            throw new DeltaSharingException(DeltaSharingError.MalformedAnswer, $"{table}: expected version and timestamp of every changed file, got none.");
        var actions = files.Select(brought.Local).ToList();
        return new VersionChanges
        {
            Version = version,
            Timestamp = timestamp,
            Adds = [.. actions.OfType<AddFile>()],
            Removes = [.. actions.OfType<RemoveFile>()],
            CdcFiles = [.. actions.OfType<AddCdcFile>()],
        };
    }

    private async Task<SharedAnswer> QueryAsync(QueryRequest query, CancellationToken cancellationToken)
    {
        await using var stream = await client.QueryTableAsync(table, query, cancellationToken);
        return await SharedAnswer.ReadAsync(stream, HeldFiles.Limit, cancellationToken);
    }

    private async Task<SharedAnswer> ChangesAsync(ChangesRequest request, CancellationToken cancellationToken)
    {
        await using var stream = await client.GetChangesAsync(table, request, cancellationToken);
        return await SharedAnswer.ReadAsync(stream, HeldFiles.Limit, cancellationToken);
    }

    // The same version again, where the server gave a token for it; else the question as it was, whose files keep their ids. A token ends as well, so each
    // answer's own is for the next.
    private async Task<SharedAnswer> AgainAsync(QueryRequest query, CancellationToken cancellationToken)
    {
        var answer = await QueryAsync(refreshToken is { } token ? query with { RefreshToken = token } : query, cancellationToken);
        refreshToken = answer.RefreshToken ?? refreshToken;
        return answer;
    }

    private static IReadOnlyList<string> Shown(Snapshot snapshot, IReadOnlyList<string>? columns) =>
        columns is null ? [.. snapshot.Schema.Fields.Select(field => field.Name)] : ColumnNames.Of(snapshot.Schema, columns);
}
