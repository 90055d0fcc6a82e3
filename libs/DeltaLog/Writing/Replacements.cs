using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Rules;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>Overwrites of a part: of the rows for which a condition holds, or of the partitions that new rows belong to.</summary>
internal static class Replacements
{
    /// <summary>Puts rows in the place of those for which a condition holds; it must hold for the new ones too.</summary>
    public static async Task WhereAsync(WriteOperation operation, string selectSql, string whereSql, CancellationToken cancellationToken)
    {
        operation.Parameters["mode"] = "Overwrite";
        operation.Parameters["predicate"] = whereSql;
        WriterRequirements.RequireRemovable(operation.Protocol, operation.Metadata, operation.Table.Store.Root);
        var named = operation.Schema.Fields.Where(field => whereSql.Contains(field.Name, StringComparison.OrdinalIgnoreCase));
        var condition = new RowCondition("the condition of the rows to replace", whereSql, whereSql, [.. named]);
        var added = await InsertAsync(operation, selectSql, condition, cancellationToken).ConfigureAwait(false);
        var mixed = await Rewrites.RemoveRowsAsync(operation, whereSql, operation.RecordsChanges, cancellationToken).ConfigureAwait(false);
        if (!mixed || !operation.RecordsChanges || added.Count == 0)
            return;
        // Readers of changes look at nothing else once there is a file of changes.
        var rows = await operation.NewScanAsync(added, cancellationToken).ConfigureAwait(false);
        await operation.RecordAsync(RewriteSql.Marked(rows, "insert"), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts rows in the place of all that the partitions they belong to hold; other partitions stay.</summary>
    public static async Task PartitionsAsync(WriteOperation operation, string selectSql, CancellationToken cancellationToken)
    {
        var root = operation.Table.Store.Root;
        operation.Parameters["mode"] = "Overwrite";
        operation.Parameters["partitionOverwriteMode"] = "dynamic";
        WriterRequirements.RequireRemovable(operation.Protocol, operation.Metadata, root);
        if (operation.Columns.Partitions.Count == 0)
            throw new DeltaLogException(DeltaLogError.InvalidData, $"The table '{root}' has no partitions to overwrite.") { TableRoot = root };
        operation.DependOnTable();
        operation.RequireRowsFit();
        var added = await InsertAsync(operation, selectSql, null, cancellationToken).ConfigureAwait(false);
        var texts = await CanonicalTextsAsync(operation, added, cancellationToken).ConfigureAwait(false);
        var written = added.Select(Partition).ToHashSet(StringComparer.Ordinal);
        var replaced = operation.Snapshot.Files.Where(file => written.Contains(Partition(file))).ToList();
        operation.RowsDeleted = replaced.Sum(file => file.LogicalRecords() ?? 0);
        operation.Remove(replaced);

        string Partition(AddFile file) =>
            JsonSerializer.Serialize(
                operation.Columns.Partitions.Select(field =>
                    file.PartitionValues.GetValueOrDefault(operation.Columns.NameOf(field)) is { Length: > 0 } text ? texts[field.Name][text] : null
                ),
                JsonText.Options
            );
    }

    /// <summary>Adds the rows of a SELECT whose columns are matched by name, by all the table's rules.</summary>
    public static async Task<IReadOnlyList<AddFile>> InsertAsync(
        WriteOperation operation,
        string selectSql,
        RowCondition? condition,
        CancellationToken cancellationToken
    )
    {
        var source = SourceColumns.Of(operation.Connection, selectSql, operation.Table.Store.Root);
        var projected = source.Project(selectSql, operation.Schema, operation.Rules, condition);
        var (rows, files) = await operation.AddAsync(projected, cancellationToken).ConfigureAwait(false);
        operation.AdvanceIdentities(source.MissingIdentities(operation.Rules), rows);
        operation.RowsInserted = rows;
        return files;
    }

    // Writers have several texts for one value, such as two forms of a time.
    private static async Task<Dictionary<string, Dictionary<string, string>>> CanonicalTextsAsync(
        WriteOperation operation,
        IReadOnlyList<AddFile> added,
        CancellationToken cancellationToken
    )
    {
        var canonical = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (var field in operation.Columns.Partitions)
        {
            var texts = operation
                .Snapshot.Files.Concat(added)
                .Select(file => file.PartitionValues.GetValueOrDefault(operation.Columns.NameOf(field)))
                .Where(text => !string.IsNullOrEmpty(text))
                .Distinct(StringComparer.Ordinal)
                .ToList();
            var value = PartitionValueSql.Format(field.Type, PartitionValueSql.Parse(field.Type, "t", "UTC"));
            var sql = $"SELECT t, {value} FROM (SELECT unnest({SqlText.LiteralList(texts!)}::VARCHAR[]) AS t)";
            canonical[field.Name] = await Task.Run(() => Read(operation, sql, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        return canonical;
    }

    private static Dictionary<string, string> Read(WriteOperation operation, string sql, CancellationToken cancellationToken)
    {
        using var result = operation.Connection.Query(sql, cancellationToken);
        return result.Rows(cancellationToken).ToDictionary(row => (string)row[0]!, row => (string)row[1]!, StringComparer.Ordinal);
    }
}
