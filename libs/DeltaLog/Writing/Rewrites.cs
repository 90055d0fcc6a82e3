using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Writing;

/// <summary>Operations that write files again because rows in them change.</summary>
internal static class Rewrites
{
    public static async Task DeleteAsync(WriteOperation operation, string whereSql, CancellationToken cancellationToken)
    {
        operation.Parameters["predicate"] = whereSql;
        WriterRequirements.RequireRemovable(operation.Snapshot.Protocol, operation.Metadata, operation.Table.Store.Root);
        var touched = await FindAsync(operation, whereSql, cancellationToken).ConfigureAwait(false);
        if (touched.Count == 0)
            return;
        var scan = await operation.ScanAsync(operation.Files(touched.Keys.ToHashSet()), cancellationToken).ConfigureAwait(false);
        var partly = touched.Where(file => file.Value.Matching < file.Value.Rows).Select(file => file.Key).ToHashSet();
        if (partly.Count > 0)
        {
            var remaining = await operation.ScanAsync(operation.Files(partly), cancellationToken).ConfigureAwait(false);
            await operation.AddAsync(RewriteSql.Kept(remaining, operation.Schema, whereSql), cancellationToken).ConfigureAwait(false);
        }

        if (operation.RecordsChanges)
            await operation.RecordAsync(RewriteSql.Before(scan, operation.Schema, whereSql, "delete"), cancellationToken).ConfigureAwait(false);
        operation.RowsDeleted = touched.Values.Sum(file => file.Matching);
        operation.Remove(operation.Files(touched.Keys.ToHashSet()));
    }

    public static async Task UpdateAsync(
        WriteOperation operation,
        IReadOnlyDictionary<string, string> assignments,
        string whereSql,
        CancellationToken cancellationToken
    )
    {
        operation.Parameters["predicate"] = whereSql;
        WriterRequirements.RequireRemovable(operation.Snapshot.Protocol, operation.Metadata, operation.Table.Store.Root);
        var byColumn = assignments.ToDictionary(pair => Column(operation, pair.Key).Name, pair => pair.Value, StringComparer.Ordinal);
        var touched = await FindAsync(operation, whereSql, cancellationToken).ConfigureAwait(false);
        if (touched.Count == 0)
            return;
        var files = operation.Files(touched.Keys.ToHashSet());
        var scan = await operation.ScanAsync(files, cancellationToken).ConfigureAwait(false);
        var rows = $"{RewriteSql.Kept(scan, operation.Schema, whereSql)} UNION ALL {RewriteSql.After(scan, operation.Schema, whereSql, byColumn, null)}";
        await operation.AddAsync(rows, cancellationToken).ConfigureAwait(false);
        if (operation.RecordsChanges)
        {
            var changes =
                $"{RewriteSql.Before(scan, operation.Schema, whereSql, "update_preimage")} UNION ALL {RewriteSql.After(scan, operation.Schema, whereSql, byColumn, "update_postimage")}";
            await operation.RecordAsync(changes, cancellationToken).ConfigureAwait(false);
        }

        operation.RowsUpdated = touched.Values.Sum(file => file.Matching);
        operation.Remove(files);
    }

    public static async Task MergeAsync(WriteOperation operation, MergeRequest request, CancellationToken cancellationToken)
    {
        var root = operation.Table.Store.Root;
        WriterRequirements.RequireRemovable(operation.Snapshot.Protocol, operation.Metadata, root);
        if (request.Keys.Count == 0)
            throw new ArgumentException("A merge needs at least one key column.", nameof(request));
        var connection = operation.Connection;
        var source = SourceColumns.Of(connection, request.SourceSql, root);
        foreach (var key in request.Keys)
        {
            if (source.Find(Column(operation, key).Name) is null)
                throw new DeltaLogException(DeltaLogError.InvalidData, $"The source of the merge into '{root}' lacks the key column '{key}'.")
                {
                    TableRoot = root,
                };
        }

        var sql = new MergeSql(operation.Schema, request, source, Guid.CreateVersion7().ToString("N"));
        try
        {
            await RunAsync(operation, sql.CreateSource, cancellationToken).ConfigureAwait(false);
            if (connection.Scalar<string>(sql.DuplicateKey, cancellationToken) is { } duplicate)
                throw new DeltaLogException(DeltaLogError.InvalidData, $"The source of the merge into '{root}' has the key ({duplicate}) more than once.")
                {
                    TableRoot = root,
                };
            await MergeAsync(operation, sql, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connection.Execute(sql.Drop, CancellationToken.None);
        }
    }

    private static async Task MergeAsync(WriteOperation operation, MergeSql sql, CancellationToken cancellationToken)
    {
        var everything = await operation.ScanAsync(null, cancellationToken).ConfigureAwait(false);
        var touched = await PathsAsync(operation, sql.Touched(everything), cancellationToken).ConfigureAwait(false);
        var matching = await operation.ScanAsync(operation.Files(touched), cancellationToken).ConfigureAwait(false);
        await RunAsync(operation, sql.CreateMatches(matching), cancellationToken).ConfigureAwait(false);
        var changed = operation.Files(await PathsAsync(operation, sql.ChangedFiles, cancellationToken).ConfigureAwait(false));
        using (var counts = operation.Connection.Query(sql.Counts, cancellationToken))
        {
            var row = counts.Rows(cancellationToken).Single();
            (operation.RowsUpdated, operation.RowsDeleted, operation.RowsInserted) = ((long)row[0]!, (long)row[1]!, (long)row[2]!);
        }

        if (operation.RowsUpdated + operation.RowsDeleted + operation.RowsInserted == 0)
            return;
        var scan = changed.Count > 0 ? await operation.ScanAsync(changed, cancellationToken).ConfigureAwait(false) : null;
        await operation.AddAsync(sql.NewRows(scan), cancellationToken).ConfigureAwait(false);

        // Where rows were only inserted, the new files tell that themselves.
        if (operation.RecordsChanges && changed.Count > 0)
            await operation.RecordAsync(sql.Changes, cancellationToken).ConfigureAwait(false);
        operation.Remove(changed);
    }

    private static async Task<Dictionary<string, (long Rows, long Matching)>> FindAsync(
        WriteOperation operation,
        string whereSql,
        CancellationToken cancellationToken
    )
    {
        var scan = await operation.ScanAsync(null, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
                () =>
                {
                    using var result = operation.Connection.Query(RewriteSql.Touched(scan, whereSql), cancellationToken);
                    return result.Rows(cancellationToken).ToDictionary(row => (string)row[0]!, row => ((long)row[1]!, (long)row[2]!), StringComparer.Ordinal);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static Task<HashSet<string>> PathsAsync(WriteOperation operation, string sql, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var result = operation.Connection.Query(sql, cancellationToken);
                return result.Rows(cancellationToken).Select(row => (string)row[0]!).ToHashSet(StringComparer.Ordinal);
            },
            cancellationToken
        );

    private static Task RunAsync(WriteOperation operation, string sql, CancellationToken cancellationToken) =>
        Task.Run(() => operation.Connection.Execute(sql, cancellationToken), cancellationToken);

    private static StructField Column(WriteOperation operation, string name) =>
        operation.Schema.Find(name)
        ?? throw new DeltaLogException(DeltaLogError.InvalidData, $"The table '{operation.Table.Store.Root}' has no column '{name}'.")
        {
            TableRoot = operation.Table.Store.Root,
        };
}
