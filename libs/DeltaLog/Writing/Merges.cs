using Tideway.DeltaLog.Features;

namespace Tideway.DeltaLog.Writing;

/// <summary>Merges: which rows match is found once; then files are written again, or rows in them marked where the table has deletion vectors.</summary>
internal static class Merges
{
    public static async Task MergeAsync(WriteOperation operation, MergeRequest request, CancellationToken cancellationToken)
    {
        var root = operation.Table.Store.Root;
        WriterRequirements.RequireRemovable(operation.Protocol, operation.Metadata, root);
        if (request.Keys.Count == 0)
            throw new ArgumentException("A merge needs at least one key column.", nameof(request));
        var connection = operation.Connection;
        var source = SourceColumns.Of(connection, request.SourceSql, root);
        foreach (var key in request.Keys)
        {
            if (operation.Schema.Find(key) is null)
                throw Invalid(root, $"The table '{root}' has no column '{key}'.");
            if (source.Find(key) is null)
                throw Invalid(root, $"The source of the merge into '{root}' lacks the key column '{key}'.");
        }

        // A value that a row is found by changes nothing; one that comes with a new row would.
        source.RequireIdentitiesFree(operation.Rules, request.InsertUnmatched ? [] : [.. request.Keys]);
        var sql = new MergeSql(operation.Schema, operation.RowColumns, request, source, operation.Rules, operation.RecordsChanges);
        try
        {
            await RunAsync(operation, sql.CreateSource, cancellationToken).ConfigureAwait(false);
            if (connection.Scalar<string>(sql.DuplicateKey, cancellationToken) is { } duplicate)
                throw Invalid(root, $"The source of the merge into '{root}' has the key ({duplicate}) more than once.");
            await MergeAsync(operation, sql, cancellationToken).ConfigureAwait(false);
            if (operation.RowsInserted > 0)
                operation.AdvanceIdentities(source.MissingIdentities(operation.Rules), connection.Scalar<long>(sql.CountSource, cancellationToken));
        }
        finally
        {
            connection.Execute(sql.Drop, CancellationToken.None);
        }
    }

    private static async Task MergeAsync(WriteOperation operation, MergeSql sql, CancellationToken cancellationToken)
    {
        await RunAsync(operation, sql.CreateMatches(await ScanAsync(operation, sql, cancellationToken).ConfigureAwait(false)), cancellationToken)
            .ConfigureAwait(false);
        var changedRows = await TouchedFiles.CountAsync(operation.Connection, sql.ChangedFiles, cancellationToken).ConfigureAwait(false);
        var changed = operation.Files(changedRows.Keys.ToHashSet(StringComparer.Ordinal));
        using (var counts = operation.Connection.Query(sql.Counts, cancellationToken))
        {
            var row = counts.Rows(cancellationToken).Single();
            (operation.RowsUpdated, operation.RowsDeleted, operation.RowsInserted) = ((long)row[0]!, (long)row[1]!, (long)row[2]!);
        }

        if (operation.RowsUpdated + operation.RowsDeleted + operation.RowsInserted == 0)
            return;

        // Where rows were only inserted, the new files tell that themselves.
        if (operation.RecordsChanges && changed.Count > 0)
            await operation.RecordAsync(sql.Changes, cancellationToken).ConfigureAwait(false);
        if (operation.MarksDeletions || changed.Count == 0)
        {
            if (operation.RowsUpdated + operation.RowsInserted > 0)
                await operation.AddAgainAsync(sql.NewRows, cancellationToken).ConfigureAwait(false);
            if (changed.Count > 0)
                await operation.MarkDeletedAsync(changed, sql.Positions, cancellationToken).ConfigureAwait(false);
            return;
        }

        var kept = sql.Kept(await operation.ScanAsync(changed, cancellationToken).ConfigureAwait(false));
        await operation.AddAgainAsync($"{kept} UNION ALL {sql.NewRows}", cancellationToken).ConfigureAwait(false);
        operation.Remove(changed);
    }

    // Keys are quickly read of the whole table; whole rows only of files that have a match.
    private static async Task<string> ScanAsync(WriteOperation operation, MergeSql sql, CancellationToken cancellationToken)
    {
        var everything = await operation.ScanAsync(cancellationToken).ConfigureAwait(false);
        if (!sql.NeedsOldRows)
            return everything;
        var touched = await TouchedFiles.CountAsync(operation.Connection, sql.Touched(everything), cancellationToken).ConfigureAwait(false);
        return await operation.ScanAsync(operation.Files(touched.Keys.ToHashSet(StringComparer.Ordinal)), cancellationToken).ConfigureAwait(false);
    }

    private static Task RunAsync(WriteOperation operation, string sql, CancellationToken cancellationToken) =>
        Task.Run(() => operation.Connection.Execute(sql, cancellationToken), cancellationToken);

    private static DeltaLogException Invalid(Uri root, string message) => new(DeltaLogError.InvalidData, message) { TableRoot = root };
}
