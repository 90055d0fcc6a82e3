using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Writing;

/// <summary>Deletions and updates: files are written again because rows in them change, or the rows are marked where the table has deletion vectors.</summary>
internal static class Rewrites
{
    public static async Task DeleteAsync(WriteOperation operation, string whereSql, CancellationToken cancellationToken)
    {
        operation.Parameters["predicate"] = whereSql;
        WriterRequirements.RequireRemovable(operation.Protocol, operation.Metadata, operation.Table.Store.Root);
        await RemoveRowsAsync(operation, whereSql, operation.RecordsChanges, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes rows out. Says whether files hold both rows that go and rows that stay, so that the change data feed needs files of its own.</summary>
    public static async Task<bool> RemoveRowsAsync(WriteOperation operation, string whereSql, bool records, CancellationToken cancellationToken)
    {
        Determinism.Require(operation.Connection, whereSql, operation.Table.Store.Root);
        operation.NarrowReads(whereSql);
        var touched = await FindAsync(operation, whereSql, cancellationToken).ConfigureAwait(false);
        var partly = touched.Where(file => file.Value.Matching < file.Value.Rows).Select(file => file.Key).ToHashSet(StringComparer.Ordinal);
        operation.RowsDeleted = touched.Values.Sum(file => file.Matching);
        if (records && partly.Count > 0)
        {
            var scan = await operation.ScanAsync(operation.Files(touched.Keys.ToHashSet(StringComparer.Ordinal)), cancellationToken).ConfigureAwait(false);
            await operation.RecordAsync(RewriteSql.Before(scan, operation.Schema, whereSql, "delete"), cancellationToken).ConfigureAwait(false);
        }

        operation.Remove(operation.Files(touched.Keys.Except(partly, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal)));
        if (partly.Count == 0)
            return false;
        var files = operation.Files(partly);
        var remaining = await operation.ScanAsync(files, cancellationToken).ConfigureAwait(false);
        if (operation.MarksDeletions)
        {
            await operation.MarkDeletedAsync(files, RewriteSql.Positions(remaining, whereSql), cancellationToken).ConfigureAwait(false);
            return true;
        }

        await operation.AddAgainAsync(RewriteSql.Kept(remaining, operation.Schema, operation.RowColumns, whereSql), cancellationToken).ConfigureAwait(false);
        operation.Remove(files);
        return true;
    }

    public static async Task UpdateAsync(
        WriteOperation operation,
        IReadOnlyDictionary<string, string> assignments,
        string whereSql,
        CancellationToken cancellationToken
    )
    {
        operation.Parameters["predicate"] = whereSql;
        WriterRequirements.RequireRemovable(operation.Protocol, operation.Metadata, operation.Table.Store.Root);
        Determinism.Require(operation.Connection, whereSql, operation.Table.Store.Root);
        operation.NarrowReads(whereSql);
        var byColumn = assignments.ToDictionary(pair => Column(operation, pair.Key).Name, pair => pair.Value, StringComparer.Ordinal);
        if (byColumn.Keys.FirstOrDefault(operation.Rules.Identities.ContainsKey) is { } identity)
            throw Invalid(operation, $"The identity column '{identity}' of '{operation.Table.Store.Root}' cannot be updated.");
        var touched = await FindAsync(operation, whereSql, cancellationToken).ConfigureAwait(false);
        if (touched.Count == 0)
            return;
        var files = operation.Files(touched.Keys.ToHashSet(StringComparer.Ordinal));
        var scan = await operation.ScanAsync(files, cancellationToken).ConfigureAwait(false);
        var after = RewriteSql.After(scan, operation.Schema, operation.RowColumns, whereSql, byColumn, operation.Rules);
        if (!operation.MarksDeletions && !operation.RecordsChanges)
        {
            var kept = RewriteSql.Kept(scan, operation.Schema, operation.RowColumns, whereSql);
            await operation.AddAgainAsync($"{kept} UNION ALL {after}", cancellationToken).ConfigureAwait(false);
            operation.Remove(files);
        }
        else
        {
            var (_, added) = await operation.AddAgainAsync(after, cancellationToken).ConfigureAwait(false);
            if (operation.RecordsChanges)
            {
                // Read from the new files: what an assignment gives may differ each time it is asked.
                var images = RewriteSql.Marked(await operation.NewScanAsync(added, cancellationToken).ConfigureAwait(false), "update_postimage");
                var changes = $"{RewriteSql.Before(scan, operation.Schema, whereSql, "update_preimage")} UNION ALL {images}";
                await operation.RecordAsync(changes, cancellationToken).ConfigureAwait(false);
            }

            await ReplaceAsync(operation, files, scan, whereSql, touched, cancellationToken).ConfigureAwait(false);
        }

        operation.RowsUpdated = touched.Values.Sum(file => file.Matching);
    }

    private static async Task ReplaceAsync(
        WriteOperation operation,
        List<Actions.AddFile> files,
        string scan,
        string whereSql,
        Dictionary<string, (long Rows, long Matching)> touched,
        CancellationToken cancellationToken
    )
    {
        if (operation.MarksDeletions)
        {
            await operation.MarkDeletedAsync(files, RewriteSql.Positions(scan, whereSql), cancellationToken).ConfigureAwait(false);
            return;
        }

        if (touched.Values.Any(file => file.Matching < file.Rows))
            await operation.AddAgainAsync(RewriteSql.Kept(scan, operation.Schema, operation.RowColumns, whereSql), cancellationToken).ConfigureAwait(false);
        operation.Remove(files);
    }

    private static async Task<Dictionary<string, (long Rows, long Matching)>> FindAsync(
        WriteOperation operation,
        string whereSql,
        CancellationToken cancellationToken
    )
    {
        var scan = await operation.ScanAsync(cancellationToken).ConfigureAwait(false);
        return await TouchedFiles.FindAsync(operation.Connection, RewriteSql.Touched(scan, whereSql), cancellationToken).ConfigureAwait(false);
    }

    private static StructField Column(WriteOperation operation, string name) =>
        operation.Schema.Find(name) ?? throw Invalid(operation, $"The table '{operation.Table.Store.Root}' has no column '{name}'.");

    private static DeltaLogException Invalid(WriteOperation operation, string message) =>
        new(DeltaLogError.InvalidData, message) { TableRoot = operation.Table.Store.Root };
}
