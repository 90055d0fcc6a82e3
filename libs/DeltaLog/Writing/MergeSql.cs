using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>
/// SQL of a merge. The source lies in a temporary table (columns <c>k0</c> and on for the key, <c>n0</c> and on for the table's columns,
/// <c>__delete</c>, and its own columns in <c>s</c>), and so do the rows that match.
/// </summary>
internal sealed class MergeSql(StructType schema, MergeRequest request, SourceColumns source, string id)
{
    private readonly string sourceTable = SqlText.Identifier($"tideway_source_{id}");
    private readonly string matchTable = SqlText.Identifier($"tideway_match_{id}");

    public string Drop => $"DROP TABLE IF EXISTS {sourceTable}; DROP TABLE IF EXISTS {matchTable}";

    public string CreateSource
    {
        get
        {
            var keys = Keys.Select((key, index) => $"{source.Value(key, "s.")} AS k{index}");
            var values = schema.Fields.Select((column, index) => $"{source.Value(column, "s.")} AS n{index}");
            var delete = request.DeleteWhenSql is { } condition ? $"coalesce(({condition}), false)" : "false";
            return $"CREATE TEMP TABLE {sourceTable} AS SELECT {string.Join(", ", keys.Concat(values))}, {delete} AS __delete, s FROM ({request.SourceSql}) s";
        }
    }

    /// <summary>A key that occurs more than once, if any.</summary>
    public string DuplicateKey =>
        $"SELECT concat_ws(', ', {KeyNames()}) FROM {sourceTable} WHERE {string.Join(" AND ", Keys.Select((_, index) => $"k{index} IS NOT NULL"))} GROUP BY {KeyNames()} HAVING count(*) > 1 LIMIT 1";

    /// <summary>The files that hold a match.</summary>
    public string Touched(string scan) => $"SELECT DISTINCT t.__file FROM ({scan}) t JOIN {sourceTable} s ON {OnKeys()}";

    /// <summary>
    /// Keeps the rows that match: their place, their columns as they are (<c>o0</c> and on) and as they become, whether the row is deleted,
    /// and whether the match counts.
    /// </summary>
    public string CreateMatches(string scan)
    {
        var old = schema.Fields.Select((column, index) => $"t.{SqlText.Identifier(column.Name)} AS o{index}");
        var next = schema.Fields.Select(
            (column, index) => source.Find(column.Name) is null ? $"t.{SqlText.Identifier(column.Name)} AS n{index}" : $"m.n{index}"
        );
        // The source's own columns are fields of the column s, so that the condition can name them s.<column>.
        var counts = request.MatchWhenSql is { } condition ? $"coalesce(({condition}), false)" : "true";
        var keys = Keys.Select((_, index) => $"m.k{index}");
        return $"""
            CREATE TEMP TABLE {matchTable} AS
            SELECT t.__file, t.__row, m.__delete, {counts} AS __counts, {string.Join(", ", keys.Concat(old).Concat(next))}
            FROM ({scan}) t JOIN {sourceTable} m ON {OnKeys("m")}
            """;
    }

    /// <summary>Rows matched that are changed, rows matched that are deleted, rows inserted.</summary>
    public string Counts =>
        $"SELECT (SELECT count(*) FROM {matchTable} WHERE {IsUpdate}), (SELECT count(*) FROM {matchTable} WHERE {IsDelete}), (SELECT count(*) FROM ({Inserted(null)}))";

    /// <summary>The files with a row that is changed or deleted.</summary>
    public string ChangedFiles => $"SELECT DISTINCT __file FROM {matchTable} WHERE {IsUpdate} OR {IsDelete}";

    /// <summary>The rows of the files that take the place of those in <paramref name="scan"/>, the new ones included.</summary>
    public string NewRows(string? scan)
    {
        var inserted = Inserted(null);
        if (scan is null)
            return inserted;
        return $"""
            SELECT {RewriteSql.Names(schema)} FROM ({scan}) t
            WHERE NOT EXISTS (FROM {matchTable} m WHERE m.__file = t.__file AND m.__row = t.__row AND ({IsUpdate} OR {IsDelete}))
            UNION ALL SELECT {Columns("n")} FROM {matchTable} WHERE {IsUpdate}
            UNION ALL {inserted}
            """;
    }

    /// <summary>The rows of the change data feed.</summary>
    public string Changes =>
        $"""
            SELECT {Columns("o")}, 'update_preimage' AS _change_type FROM {matchTable} WHERE {IsUpdate}
            UNION ALL SELECT {Columns("n")}, 'update_postimage' FROM {matchTable} WHERE {IsUpdate}
            UNION ALL SELECT {Columns("o")}, 'delete' FROM {matchTable} WHERE {IsDelete}
            UNION ALL {Inserted("insert")}
            """;

    private string IsUpdate => request.UpdateMatched ? "(__counts AND NOT __delete)" : "false";

    private static string IsDelete => "(__counts AND __delete)";

    private IEnumerable<StructField> Keys => request.Keys.Select(name => schema.Find(name)!);

    // A row whose match does not count is no new row either.
    private string Inserted(string? change)
    {
        var type = change is null ? "" : $", {SqlText.Literal(change)} AS _change_type";
        var condition = request.InsertUnmatched
            ? $"NOT i.__delete AND NOT EXISTS (FROM {matchTable} m WHERE {string.Join(" AND ", Keys.Select((_, index) => $"m.k{index} = i.k{index}"))})"
            : "false";
        return $"SELECT {Columns("n")}{type} FROM {sourceTable} i WHERE {condition}";
    }

    private string Columns(string prefix) =>
        string.Join(", ", schema.Fields.Select((column, index) => $"{prefix}{index} AS {SqlText.Identifier(column.Name)}"));

    private string KeyNames() => string.Join(", ", Keys.Select((_, index) => $"k{index}"));

    private string OnKeys(string alias = "s") => string.Join(" AND ", Keys.Select((key, index) => $"t.{SqlText.Identifier(key.Name)} = {alias}.k{index}"));
}
