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

    /// <summary>The rows of a version.</summary>
    public string Select(IReadOnlyList<ScanGroup> groups, IReadOnlyList<StructField> wanted, string? whereSql, bool withPositions)
    {
        var needsEntries = withPositions || partitionColumns.Count > 0;
        List<string> positions = withPositions ? [$"e.v[{partitionColumns.Count + 1}] AS __file", "s.file_row_number AS __row"] : [];
        var sql =
            groups.Count == 0
                ? Nothing(withPositions ? ["CAST(NULL AS VARCHAR) AS __file", "CAST(NULL AS BIGINT) AS __row"] : [])
                : Union(groups, schema.Fields, positions, needsEntries, withPositions ? entry => [entry.LogPath] : _ => []);
        var names = string.Join(", ", wanted.Select(field => SqlText.Identifier(field.Name)).Concat(withPositions ? ["__file", "__row"] : []));
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
            ? Union(groups, wanted, change, needsEntries: true, entry => entry.Constants)
            : Nothing(
                [
                    "CAST(NULL AS VARCHAR) AS _change_type",
                    "CAST(NULL AS BIGINT) AS _commit_version",
                    "CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS _commit_timestamp",
                ],
                wanted
            );
    }

    /// <summary>
    /// The rows of a version with the stable ids and commit versions they have; entries carry the file's, <c>extra</c> names the columns that hold
    /// those of rows that were copied.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-requirements-for-row-tracking">Reader Requirements for Row Tracking</see>.
    /// </summary>
    public string SelectTracked(IReadOnlyList<ScanGroup> groups)
    {
        var at = partitionColumns.Count;
        List<string> tracked =
        [
            $"coalesce(s.x0, CAST(e.v[{at + 1}] AS BIGINT) + s.file_row_number) AS {SqlText.Identifier(extra[0].Name)}",
            $"coalesce(s.x1, CAST(e.v[{at + 2}] AS BIGINT)) AS {SqlText.Identifier(extra[1].Name)}",
        ];
        return Union(groups, schema.Fields, tracked, needsEntries: true, entry => entry.Constants);
    }

    private string Nothing(IEnumerable<string> more, IReadOnlyList<StructField>? wanted = null)
    {
        var nulls = (wanted ?? schema.Fields).Select(field => $"CAST(NULL AS {DuckDbTypes.Sql(field.Type)}) AS {SqlText.Identifier(field.Name)}");
        return $"SELECT {string.Join(", ", nulls.Concat(more))} WHERE false";
    }

    private string Union(
        IReadOnlyList<ScanGroup> groups,
        IReadOnlyList<StructField> fields,
        List<string> more,
        bool needsEntries,
        Func<ScanEntry, IEnumerable<string>> constants
    ) =>
        string.Join(
            "\nUNION ALL\n",
            groups.Select(group =>
            {
                var columns = new ColumnSql(schema, partitionColumns, group.Names, extra);
                return From(group.Entries, columns, [.. fields.Select(field => Named(field, columns)), .. more], needsEntries, constants);
            })
        );

    private string From(
        IReadOnlyList<ScanEntry> entries,
        ColumnSql columns,
        List<string> selected,
        bool needsEntries,
        Func<ScanEntry, IEnumerable<string>> constants
    )
    {
        var paths = entries.Select(entry => entry.LocalPath).Distinct(StringComparer.Ordinal);
        var source = $"(SELECT *, filename, file_row_number FROM {FileListSql.ReadParquet(paths, columns)}) s";
        var filtered = entries.Select((entry, index) => (Number: index, entry.Rows)).Where(pair => pair.Rows.Listed is not null).ToList();
        var conditions = new List<string>();
        if (needsEntries || filtered.Count > 0)
        {
            var table = FileListSql.Entries(entries.Select((entry, index) => (entry.LocalPath, Values(entry, index, constants))));
            source += $" JOIN {table} e ON e.f = s.filename";
        }

        if (filtered.Count > 0)
        {
            source +=
                $" LEFT JOIN {FileListSql.Rows(filtered.Select(pair => (pair.Number, pair.Rows.Listed!)))} d ON d.e = CAST(e.v[-2] AS BIGINT) AND d.r = s.file_row_number";
            conditions.Add("CASE e.v[-1] WHEN 'only' THEN d.e IS NOT NULL WHEN 'without' THEN d.e IS NULL ELSE true END");
        }

        if (columns.HasTimestamps)
            conditions.Add($"if({IsUtc}, true, error('Delta tables with timestamps are read with SET TimeZone = ''UTC''.'))");
        var where = conditions.Count > 0 ? $" WHERE {string.Join(" AND ", conditions)}" : "";
        return $"SELECT {string.Join(", ", selected)} FROM {source}{where}";
    }

    // Partition values in the order of the partition columns, constants, the entry's number, and which of its rows are meant.
    private IEnumerable<string?> Values(ScanEntry entry, int number, Func<ScanEntry, IEnumerable<string>> constants)
    {
        foreach (var column in partitionColumns)
            yield return entry.PartitionValues.GetValueOrDefault(ColumnMapping.PhysicalName(PartitionField(column), mode));
        foreach (var constant in constants(entry))
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
