using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Verification;

/// <summary>The query that compares rows with statistics: the path of a file and what is wrong, a row for each problem.</summary>
internal static class StatisticsCheckSql
{
    /// <param name="scan">SELECT of the files' rows with <c>__file</c>.</param>
    /// <param name="snapshot">The version.</param>
    /// <param name="files">The files.</param>
    public static string Select(string scan, Snapshot snapshot, IEnumerable<AddFile> files)
    {
        var mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        var columns = snapshot.Schema.Fields.Where(field => !snapshot.PartitionColumns.Contains(field.Name, StringComparer.Ordinal));
        var leaves = Leaves(columns, "", "", mode).ToList();
        var aggregates = leaves.SelectMany((leaf, index) => Aggregates(leaf, index)).Prepend("count(*) AS n");
        var checks = leaves.SelectMany((leaf, index) => Checks(leaf, index)).Prepend(RowCheck);
        // Of each file: its statistics, and how many rows its deletion vector takes away.
        var entries = FileListSql.Entries(
            files.Select(file => (file.Path, (IEnumerable<string?>)[file.Stats, (file.DeletionVector?.Cardinality ?? 0).ToString()]))
        );
        return $"""
            WITH said AS (SELECT f, CASE WHEN json_valid(v[1]) THEN CAST(v[1] AS JSON) END AS s, CAST(v[2] AS BIGINT) AS gone FROM {entries}),
            found AS (SELECT __file, {string.Join(", ", aggregates)} FROM ({scan}) GROUP BY __file),
            checked AS (
                SELECT said.f, unnest([{string.Join(",\n", checks)}]) AS problem
                FROM said LEFT JOIN found ON found.__file = said.f
                WHERE s IS NOT NULL
            )
            SELECT f, problem FROM checked WHERE problem IS NOT NULL ORDER BY ALL
            """;
    }

    private const string RowCheck =
        "CASE WHEN TRY_CAST(s->>'/numRecords' AS BIGINT) <> coalesce(n, 0) + gone THEN 'The statistics say ' || (s->>'/numRecords') || ' rows, the file has ' || (coalesce(n, 0) + gone) || '.' END";

    private static IEnumerable<string> Aggregates(Leaf leaf, int index)
    {
        yield return $"count(*) - count({leaf.Value}) AS z{index}";
        if (!leaf.HasBounds)
            yield break;
        yield return $"min({leaf.Value}) AS a{index}";
        yield return $"max({leaf.Value}) AS b{index}";
    }

    private static IEnumerable<string> Checks(Leaf leaf, int index)
    {
        var (said, name) = (Pointer("nullCount", leaf), leaf.Name.Replace("'", "''", StringComparison.Ordinal));
        // Without deleted rows the count is exact, unless the statistics say that they are not.
        yield return $"CASE WHEN gone = 0 AND coalesce(s->>'/tightBounds', 'true') = 'true' AND TRY_CAST({said} AS BIGINT) <> z{index} THEN "
            + $"'{name}: the statistics say ' || {said} || ' nulls, the file has ' || z{index} || '.' END";
        if (!leaf.HasBounds)
            yield break;
        var type = leaf.ComparedAs;
        var (min, max) = (Pointer("minValues", leaf), Pointer("maxValues", leaf));
        // Writers cut timestamps to milliseconds.
        var slack = leaf.Type is PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampNtz } ? " + INTERVAL 1 MILLISECOND" : "";
        yield return $"CASE WHEN CAST(a{index} AS {type}) < TRY_CAST({min} AS {type}) THEN '{name}: the statistics say at least ' || {min} || ', the file has ' || a{index} || '.' END";
        yield return $"CASE WHEN CAST(b{index} AS {type}) > TRY_CAST({max} AS {type}){slack}{NotNaN(leaf, index)} THEN '{name}: the statistics say at most ' || {max} || ', the file has ' || b{index} || '.' END";
    }

    // A bound says nothing about what is no number.
    private static string NotNaN(Leaf leaf, int index) =>
        leaf.Type is PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double } ? $" AND NOT isnan(b{index})" : "";

    private static string Pointer(string kind, Leaf leaf) => $"(s->>{SqlText.Literal($"/{kind}{leaf.Path}")})";

    private static IEnumerable<Leaf> Leaves(IEnumerable<StructField> fields, string value, string path, ColumnMappingMode mode, string name = "")
    {
        foreach (var field in fields)
        {
            var own = $"{value}{(value.Length > 0 ? "." : "")}{SqlText.Identifier(field.Name)}";
            var step = ColumnMapping.PhysicalName(field, mode).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            var shown = name.Length > 0 ? $"{name}.{field.Name}" : field.Name;
            if (field.Type is StructType structure)
            {
                foreach (var leaf in Leaves(structure.Fields, own, $"{path}/{step}", mode, shown))
                    yield return leaf;
            }
            else if (field.Type is DecimalType or PrimitiveType { Kind: not (PrimitiveKind.Void or PrimitiveKind.Variant) })
                yield return new Leaf(shown, own, $"{path}/{step}", field.Type, ComparedAs(field));
        }
    }

    // DuckDB reads numbers in JSON as doubles; and statistics of a column that was a float may be as short as floats are.
    private static string ComparedAs(StructField field) =>
        field.Type switch
        {
            DecimalType => "DOUBLE",
            PrimitiveType { Kind: PrimitiveKind.Double } when field.Metadata.ContainsKey("delta.typeChanges") => "FLOAT",
            var type => DuckDbTypes.Sql(type),
        };

    private sealed record Leaf(string Name, string Value, string Path, DeltaType Type, string ComparedAs)
    {
        public bool HasBounds => Type is not PrimitiveType { Kind: PrimitiveKind.Boolean or PrimitiveKind.Binary };
    }
}
