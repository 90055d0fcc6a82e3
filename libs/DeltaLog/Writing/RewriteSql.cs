using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Rules;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>SQL of deleting and updating rows. <c>scan</c> is a SELECT of files with the columns <c>__file</c> and <c>__row</c>.</summary>
internal static class RewriteSql
{
    /// <summary>The files that hold rows to change: path, number of its rows, number of rows to change.</summary>
    public static string Touched(string scan, string condition) =>
        $"SELECT __file, count(*), count(*) FILTER (WHERE ({condition})) FROM ({scan}) GROUP BY __file HAVING count(*) FILTER (WHERE ({condition})) > 0";

    /// <summary>The places of the rows to change: path and position, file by file, rising.</summary>
    public static string Positions(string scan, string condition) => $"SELECT __file, __row FROM ({scan}) WHERE ({condition}) ORDER BY __file, __row";

    /// <summary>The rows that stay as they are.</summary>
    public static string Kept(string scan, StructType schema, RowColumns? kept, string condition) =>
        $"SELECT {NamesOfKept(schema, kept)} FROM ({scan}) WHERE ({condition}) IS NOT TRUE";

    /// <summary>The rows that are changed, as they were.</summary>
    public static string Before(string scan, StructType schema, string condition, string change) =>
        $"SELECT {Names(schema)}, {SqlText.Literal(change)} AS _change_type FROM ({scan}) WHERE ({condition})";

    /// <summary>The rows that are changed, as they become. Generated columns that are not assigned follow the others.</summary>
    public static string After(
        string scan,
        StructType schema,
        RowColumns? kept,
        string condition,
        IReadOnlyDictionary<string, string> assignments,
        RowRules rules
    )
    {
        var follows = schema.Fields.Where(field => rules.IsGenerated(field) && !assignments.ContainsKey(field.Name)).ToList();
        var values = schema
            .Fields.Except(follows)
            .Select(field =>
                assignments.TryGetValue(field.Name, out var value)
                    ? $"CAST(({value}) AS {DuckDbTypes.Sql(field.Type)}) AS {SqlText.Identifier(field.Name)}"
                    : SqlText.Identifier(field.Name)
            )
            .Concat(kept is null ? [] : [SqlText.Identifier(kept.Id)]);
        var given = $"SELECT {string.Join(", ", values)} FROM ({scan}) WHERE ({condition})";
        return rules.Checked($"SELECT {NamesOfChanged(schema, kept)} FROM ({rules.Complete(given, follows)})");
    }

    /// <summary>Rows with the kind of their change.</summary>
    public static string Marked(string rows, string change) => $"SELECT *, {SqlText.Literal(change)} AS _change_type FROM ({rows})";

    /// <summary>The columns of rows that are written again as they are.</summary>
    public static string NamesOfKept(StructType schema, RowColumns? kept) =>
        kept is null ? Names(schema) : $"{Names(schema)}, {SqlText.Identifier(kept.Id)}, {SqlText.Identifier(kept.CommitVersion)}";

    /// <summary>The columns of rows that are changed: their commit version is that of the commit.</summary>
    public static string NamesOfChanged(StructType schema, RowColumns? kept) =>
        kept is null ? Names(schema) : $"{Names(schema)}, {SqlText.Identifier(kept.Id)}, {Null(kept.CommitVersion)}";

    /// <summary>The columns of rows that are new among others: their ids follow from their place.</summary>
    public static string NamesOfNew(StructType schema, RowColumns? kept) =>
        kept is null ? Names(schema) : $"{Names(schema)}, {Null(kept.Id)}, {Null(kept.CommitVersion)}";

    public static string Names(StructType schema) => string.Join(", ", schema.Fields.Select(field => SqlText.Identifier(field.Name)));

    private static string Null(string name) => $"CAST(NULL AS BIGINT) AS {SqlText.Identifier(name)}";
}
