using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Rules;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>
/// SQL of a merge. The source lies in a temporary table, and so do the rows that match. Both have the table's columns by their names, as the row
/// becomes, and others whose names begin with <c>__tideway_</c>: <c>k0</c> and on for the key, <c>o0</c> and on for the row as it is,
/// <c>s</c> for the source's own columns, <c>delete</c>, <c>counts</c>.
/// </summary>
internal sealed class MergeSql
{
    private const string Delete = "__tideway_delete";
    private const string Counting = "__tideway_counts";
    private const string SourceRow = "__tideway_s";

    private readonly StructType schema;
    private readonly RowColumns? kept;
    private readonly MergeRequest request;
    private readonly SourceColumns source;
    private readonly RowRules rules;
    private readonly bool recordsChanges;
    private readonly string sourceTable;
    private readonly string matchTable;

    public MergeSql(StructType schema, RowColumns? kept, MergeRequest request, SourceColumns source, RowRules rules, bool recordsChanges)
    {
        this.schema = schema;
        this.kept = kept;
        this.request = request;
        this.source = source;
        this.rules = rules;
        this.recordsChanges = recordsChanges;
        var id = Guid.CreateVersion7().ToString("N");
        sourceTable = SqlText.Identifier($"tideway_source_{id}");
        matchTable = SqlText.Identifier($"tideway_match_{id}");
    }

    public string Drop => $"DROP TABLE IF EXISTS {sourceTable}; DROP TABLE IF EXISTS {matchTable}";

    /// <summary>Whether a match needs more of the table's rows than their keys.</summary>
    public bool NeedsOldRows =>
        recordsChanges || kept is not null || request.MatchWhenSql is not null || schema.Fields.Any(column => source.Find(column.Name) is null);

    public string CreateSource
    {
        get
        {
            var keys = Keys.Select((key, index) => $"{source.Value(key, "s.", rules)} AS {Key(index)}");
            var values = schema
                .Fields.Select(column => (column.Name, Value: source.Value(column, "s.", rules)))
                .Where(pair => pair.Value is not null)
                .Select(pair => $"{pair.Value} AS {SqlText.Identifier(pair.Name)}");
            var delete = request.DeleteWhenSql is { } condition ? $"coalesce(({condition}), false)" : "false";
            var own = request.MatchWhenSql is null ? "" : $", s AS {SourceRow}";
            var given = $"SELECT {string.Join(", ", keys.Concat(values))}, {delete} AS {Delete}{own} FROM ({request.SourceSql}) s";
            return $"CREATE TEMP TABLE {sourceTable} AS {rules.Complete(given, source.Lacking(schema, rules))}";
        }
    }

    /// <summary>A key that occurs more than once, if any.</summary>
    public string DuplicateKey =>
        $"SELECT concat_ws(', ', {KeyNames()}) FROM {sourceTable} WHERE {string.Join(" AND ", Keys.Select((_, index) => $"{Key(index)} IS NOT NULL"))} GROUP BY {KeyNames()} HAVING count(*) > 1 LIMIT 1";

    /// <summary>Number of the source's rows.</summary>
    public string CountSource => $"SELECT count(*) FROM {sourceTable}";

    /// <summary>The files that hold a match, and how many.</summary>
    public string Touched(string scan) => $"SELECT __file, count(*) FROM ({scan}) t WHERE {HasKey(null)} GROUP BY __file";

    /// <summary>Keeps the rows that match.</summary>
    public string CreateMatches(string scan)
    {
        var old = recordsChanges ? schema.Fields.Select((field, index) => $"{Name(field, "t")} AS {Old(index)}") : [];
        // What the source lacks stays as it is, except for what follows from the rest.
        var follows = source.Lacking(schema, rules).ToList();
        var next = schema
            .Fields.Except(follows)
            .Select(field => $"{(source.Find(field.Name) is null ? Name(field, "t") : $"s.{New(field)}")} AS {Name(field)}");
        var id = kept is null ? [] : new[] { $"t.{SqlText.Identifier(kept.Id)} AS {SqlText.Identifier(kept.Id)}" };
        var counts = request.MatchWhenSql is { } condition ? $"coalesce(({condition}), false)" : "true";
        var given = $"""
            SELECT t.__file, t.__row, s.{Delete}, {counts} AS {Counting}, {string.Join(
                ", ",
                Keys.Select((_, index) => $"s.{Key(index)}").Concat(old).Concat(next).Concat(id)
            )}
            FROM (SELECT * FROM ({scan}) t WHERE {HasKey(null)}) t JOIN ({SourceByPrefix()}) s ON {OnKeys("s")}
            """;
        return $"CREATE TEMP TABLE {matchTable} AS {rules.Complete(given, follows)}";
    }

    /// <summary>Rows matched that are changed, rows matched that are deleted, rows inserted.</summary>
    public string Counts =>
        $"SELECT (SELECT count(*) FROM {matchTable} WHERE {IsUpdate}), (SELECT count(*) FROM {matchTable} WHERE {IsDelete}), (SELECT count(*) FROM ({Inserted}))";

    /// <summary>The files with a row that is changed or deleted, and how many.</summary>
    public string ChangedFiles => $"SELECT __file, count(*) FROM {matchTable} WHERE {IsUpdate} OR {IsDelete} GROUP BY __file";

    /// <summary>The places of the rows that are changed or deleted: path and position, file by file, rising.</summary>
    public string Positions => $"SELECT __file, __row FROM {matchTable} WHERE {IsUpdate} OR {IsDelete} ORDER BY __file, __row";

    /// <summary>The rows of the files that stay as they are.</summary>
    public string Kept(string scan)
    {
        // Where every match counts, the key tells as much as the place, and faster.
        var goes = request.MatchWhenSql is null
            ? HasKey(request.UpdateMatched ? null : Delete)
            : $"coalesce((t.__file, t.__row) IN (SELECT (__file, __row) FROM {matchTable} WHERE {IsUpdate} OR {IsDelete}), false)";
        return $"SELECT {RewriteSql.NamesOfKept(schema, kept)} FROM ({scan}) t WHERE NOT {goes}";
    }

    /// <summary>The rows that are changed, as they become, and those that are inserted.</summary>
    public string NewRows =>
        rules.Checked(
            $"SELECT {RewriteSql.NamesOfChanged(schema, kept)} FROM {matchTable} WHERE {IsUpdate} UNION ALL SELECT {RewriteSql.NamesOfNew(schema, kept)} FROM ({Inserted})"
        );

    /// <summary>The rows of the change data feed.</summary>
    public string Changes =>
        $"""
            SELECT {OldColumns()}, 'update_preimage' AS _change_type FROM {matchTable} WHERE {IsUpdate}
            UNION ALL SELECT {RewriteSql.Names(schema)}, 'update_postimage' FROM {matchTable} WHERE {IsUpdate}
            UNION ALL SELECT {OldColumns()}, 'delete' FROM {matchTable} WHERE {IsDelete}
            UNION ALL {RewriteSql.Marked(Inserted, "insert")}
            """;

    private string IsUpdate => request.UpdateMatched ? $"({Counting} AND NOT {Delete})" : "false";

    private static string IsDelete => $"({Counting} AND {Delete})";

    private IEnumerable<StructField> Keys => request.Keys.Select(name => schema.Find(name)!);

    // A row whose match does not count is no new row either.
    private string Inserted
    {
        get
        {
            var condition = request.InsertUnmatched
                ? $"NOT i.{Delete} AND NOT EXISTS (FROM {matchTable} m WHERE {string.Join(" AND ", Keys.Select((_, index) => $"m.{Key(index)} = i.{Key(index)}"))})"
                : "false";
            return $"SELECT {RewriteSql.Names(schema)} FROM {sourceTable} i WHERE {condition}";
        }
    }

    // DuckDB guesses how long files are that it is told the columns of, and joins would keep the whole table in memory instead of the source. Of a
    // test whether a value is in a list, it always keeps the list; coalesce hides that this could be a join.
    private string HasKey(string? condition)
    {
        var places = Keys.Select((_, index) => Key(index)).ToList();
        var known = string.Join(" AND ", places.Select(key => $"{key} IS NOT NULL").Append(condition ?? "true"));
        var key = Tuple(Keys.Select(field => Name(field, "t")));
        return $"coalesce({key} IN (SELECT {Tuple(places)} FROM {sourceTable} WHERE {known}), false)";
    }

    private static string Tuple(IEnumerable<string> values) => values.ToList() is [var single] ? single : $"({string.Join(", ", values)})";

    private static string Key(int index) => $"__tideway_k{index}";

    private static string Old(int index) => $"__tideway_o{index}";

    private string New(StructField field) => $"__tideway_n{schema.Fields.Select(candidate => candidate.Name).ToList().IndexOf(field.Name)}";

    private static string Name(StructField field) => SqlText.Identifier(field.Name);

    private static string Name(StructField field, string alias) => $"{alias}.{SqlText.Identifier(field.Name)}";

    // For a condition on the match the source's columns have their own names.
    private string SourceByPrefix()
    {
        var values = schema.Fields.Where(field => source.Find(field.Name) is not null).Select(field => $"{Name(field)} AS {New(field)}");
        var own = request.MatchWhenSql is null ? [] : new[] { $"{SourceRow}.*" };
        return $"SELECT {string.Join(", ", own.Concat(Keys.Select((_, index) => Key(index))).Append(Delete).Concat(values))} FROM {sourceTable}";
    }

    private string OldColumns() => string.Join(", ", schema.Fields.Select((field, index) => $"{Old(index)} AS {SqlText.Identifier(field.Name)}"));

    private string KeyNames() => string.Join(", ", Keys.Select((_, index) => Key(index)));

    private string OnKeys(string alias) => string.Join(" AND ", Keys.Select((key, index) => $"t.{Name(key)} = {alias}.{Key(index)}"));
}
