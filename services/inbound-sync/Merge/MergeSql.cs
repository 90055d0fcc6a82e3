using Tideway.DuckDb;

namespace Tideway.InboundSync.Merge;

/// <summary>SQL of a merge by key.</summary>
internal static class MergeSql
{
    /// <summary>Column that says that the row is gone.</summary>
    public const string Gone = "__tideway_gone";

    /// <summary>
    /// The last state of each key out of the changes. An update's old image counts as a removal of its key, so that a changed key leaves nothing behind;
    /// within one version the new image wins over the removal of the same key.
    /// </summary>
    public static string LastStates(string changes, IReadOnlyList<string> columns, IReadOnlyList<string> keys) =>
        $"""
        SELECT {List(columns)}, _change_type IN ('delete', 'update_preimage') AS {Gone}
        FROM ({changes}) AS changes
        QUALIFY row_number() OVER (
            PARTITION BY {List(keys)}
            ORDER BY _commit_version DESC, _change_type IN ('delete', 'update_preimage')
        ) = 1
        """;

    /// <summary>How many rows of one version are new images of a key that another new image of that version has too.</summary>
    public static string AmbiguousChanges(string changes, IReadOnlyList<string> keys) =>
        $"""
        SELECT COALESCE(sum(images - 1), 0)::BIGINT FROM (
            SELECT count(*) AS images FROM ({changes}) AS changes
            WHERE _change_type IN ('insert', 'update_postimage') GROUP BY {List(keys)}, _commit_version HAVING count(*) > 1)
        """;

    /// <summary>How many rows share their key with another.</summary>
    public static string DuplicateKeys(string rows, IReadOnlyList<string> keys) =>
        $"SELECT COALESCE(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n FROM ({rows}) AS source GROUP BY {List(keys)} HAVING count(*) > 1)";

    /// <summary>How many rows lack a value in a key column.</summary>
    public static string NullKeys(string rows, IReadOnlyList<string> keys) =>
        $"SELECT count(*) FROM ({rows}) AS source WHERE {string.Join(" OR ", keys.Select(key => SqlText.Identifier(key) + " IS NULL"))}";

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(SqlText.Identifier));
}
