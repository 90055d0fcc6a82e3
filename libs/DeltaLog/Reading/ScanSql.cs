using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// The SELECT over a set of files: their columns, joined with what the log knows about each file where that is needed.
/// Inside, files' columns are <c>c0</c> and on, so that no name of a table can clash with DuckDB's own.
/// </summary>
internal sealed class ScanSql(
    StructType schema,
    IReadOnlyList<string> partitionColumns,
    ColumnMappingMode mode,
    params IReadOnlyList<(string Name, string Type)> extra
)
{
    /// <summary>Whether the session's time zone is UTC, as an expression.</summary>
    public const string IsUtc = "current_setting('TimeZone') IN ('UTC', 'Etc/UTC', 'Z', 'GMT')";

    /// <summary>Zone of timestamps in partition values that name none.</summary>
    public string PartitionTimeZone { get; init; } = "UTC";

    /// <summary>
    /// The hidden columns to give with each row, which must be the <c>extra</c> ones; entries carry the file's first row id and commit version.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-requirements-for-row-tracking">Reader Requirements for Row Tracking</see>.
    /// </summary>
    public RowColumns? RowColumns { get; init; }

    /// <summary>The rows of a version.</summary>
    public string Select(IReadOnlyList<ScanGroup> groups, IReadOnlyList<StructField> wanted, string? whereSql, bool withPositions)
    {
        // The engine knows the file of a row by itself; a join would be asked for every row of the table.
        List<(string Name, string Type, string Value)> more = withPositions
            ? [("__file", "VARCHAR", "s.filename"), ("__row", "BIGINT", "s.file_row_number")]
            : [];
        more.AddRange(Kept());
        var sql =
            groups.Count == 0
                ? Nothing(more.Select(column => $"CAST(NULL AS {column.Type}) AS {column.Name}"))
                : Union(
                    groups,
                    schema.Fields,
                    [.. more.Select(column => $"{column.Value} AS {column.Name}")],
                    needsEntries: partitionColumns.Count > 0 || RowColumns is not null
                );
        var names = string.Join(", ", wanted.Select(field => SqlText.Identifier(field.Name)).Concat(more.Select(column => column.Name)));
        return whereSql is null ? $"SELECT {names} FROM ({sql})" : $"SELECT {names} FROM ({sql}) WHERE ({whereSql}\n)";
    }

    /// <summary>Rows that changed; entries carry version, time in microseconds and, unless the files tell, the kind of change.</summary>
    public string SelectChanges(IReadOnlyList<ScanGroup> groups, IReadOnlyList<StructField> wanted)
    {
        var at = partitionColumns.Count;
        List<string> change =
        [
            extra.Count > 0 ? "s.x0 AS _change_type" : $"e.v[{at + 3}] AS _change_type",
            $"CAST(e.v[{at + 1}] AS BIGINT) AS _commit_version",
            $"make_timestamp(CAST(e.v[{at + 2}] AS BIGINT)) AT TIME ZONE 'UTC' AS _commit_timestamp",
        ];
        return groups.Count > 0
            ? Union(groups, wanted, change, needsEntries: true)
            : Nothing(
                [
                    "CAST(NULL AS VARCHAR) AS _change_type",
                    "CAST(NULL AS BIGINT) AS _commit_version",
                    "CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS _commit_timestamp",
                ],
                wanted
            );
    }

    // What a row has of its own goes before what follows from its file.
    private IEnumerable<(string Name, string Type, string Value)> Kept()
    {
        if (RowColumns is not { } columns)
            yield break;
        var at = partitionColumns.Count;
        yield return (SqlText.Identifier(columns.Id), "BIGINT", $"coalesce(s.x0, CAST(e.v[{at + 1}] AS BIGINT) + s.file_row_number)");
        yield return (SqlText.Identifier(columns.CommitVersion), "BIGINT", $"coalesce(s.x1, CAST(e.v[{at + 2}] AS BIGINT))");
    }

    private string Nothing(IEnumerable<string> more, IReadOnlyList<StructField>? wanted = null)
    {
        var nulls = (wanted ?? schema.Fields).Select(field => $"CAST(NULL AS {DuckDbTypes.Sql(field.Type)}) AS {SqlText.Identifier(field.Name)}");
        return $"SELECT {string.Join(", ", nulls.Concat(more))} WHERE false";
    }

    private string Union(IReadOnlyList<ScanGroup> groups, IReadOnlyList<StructField> fields, List<string> more, bool needsEntries) =>
        string.Join(
            "\nUNION ALL\n",
            groups.Select(group =>
            {
                var columns = new ColumnSql(schema, partitionColumns, group.Names, group.Columns, extra);
                return From(group.Entries, columns, [.. fields.Select(field => Named(field, columns)), .. more], needsEntries);
            })
        );

    private string From(IReadOnlyList<ScanEntry> entries, ColumnSql columns, List<string> selected, bool needsEntries)
    {
        var paths = entries.Select(entry => entry.LocalPath).Distinct(StringComparer.Ordinal);
        var source = $"(SELECT *, filename, file_row_number FROM {FileListSql.ReadParquet(paths, columns)}) s";
        var filtered = entries.Select((entry, index) => (Number: index, entry.Rows)).Where(pair => pair.Rows.Listed is not null).ToList();
        var conditions = new List<string>();
        if (needsEntries || filtered.Count > 0)
        {
            var table = FileListSql.Entries(entries.Select((entry, index) => (entry.LocalPath, Values(entry, index))));
            source += $" JOIN {table} e ON e.f = s.filename";
        }

        if (filtered.Count > 0)
        {
            var list = new RowListSql(filtered.Select(pair => (pair.Number, pair.Rows.Listed!)));
            var (joins, isListed) = list.Test("CAST(e.v[-2] AS BIGINT)", "s.file_row_number");
            source += joins;
            conditions.Add($"CASE e.v[-1] WHEN 'only' THEN {isListed} WHEN 'without' THEN NOT {isListed} ELSE true END");
        }

        if (columns.HasTimestamps)
            conditions.Add($"if({IsUtc}, true, error('Delta tables with timestamps are read with SET TimeZone = ''UTC''.'))");
        var where = conditions.Count > 0 ? $" WHERE {string.Join(" AND ", conditions)}" : "";
        return $"SELECT {string.Join(", ", selected)} FROM {source}{where}";
    }

    // Partition values in the order of the partition columns, constants, the entry's number, and which of its rows are meant.
    private IEnumerable<string?> Values(ScanEntry entry, int number)
    {
        foreach (var column in partitionColumns)
            yield return entry.PartitionValues.GetValueOrDefault(ColumnMapping.PhysicalName(PartitionField(column), mode));
        foreach (var constant in entry.Constants)
            yield return constant;
        yield return number.ToString();
        yield return entry.Rows.Listed is null ? "all"
        : entry.Rows.Included ? "only"
        : "without";
    }

    private string Named(StructField field, ColumnSql columns)
    {
        for (var index = 0; index < partitionColumns.Count; index++)
        {
            if (partitionColumns[index] == field.Name)
                return $"{PartitionValueSql.Parse(field.Type, $"e.v[{index + 1}]", PartitionTimeZone)} AS {SqlText.Identifier(field.Name)}";
        }

        return $"{columns.Value(field)} AS {SqlText.Identifier(field.Name)}";
    }

    private StructField PartitionField(string column) =>
        schema.Fields.FirstOrDefault(field => field.Name == column)
        ?? throw new DeltaLogException(DeltaLogError.CorruptLog, $"The partition column '{column}' is not in the table's schema.");
}
