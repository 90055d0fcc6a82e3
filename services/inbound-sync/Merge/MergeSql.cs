using Tideway.DuckDb;

namespace Tideway.InboundSync.Merge;

/// <summary>SQL of a merge by key.</summary>
internal static class MergeSql
{
    /// <summary>Column that says that the row is gone.</summary>
    public const string Gone = "__tideway_gone";

    /// <summary>Temporary table with the keys of changed rows.</summary>
    public const string ChangedKeys = "tideway_changed_keys";

    private const string IsGone = "_change_type IN ('delete', 'update_preimage')";

    /// <summary>
    /// The last state of each key out of the changes. An update's old image counts as a removal of its key, so that a changed key leaves nothing behind;
    /// within one version the new image wins over the removal of the same key.
    /// </summary>
    public static string LastStates(string changes, IReadOnlyList<string> columns, IReadOnlyList<string> keys) =>
        $"""
            SELECT {List(columns)}, {IsGone} AS {Gone}
            FROM ({changes}) AS changes
            QUALIFY row_number() OVER (PARTITION BY {List(keys)} ORDER BY _commit_version DESC, {IsGone}) = 1
            """;

    /// <summary>Keeps the keys of changed rows, so that the checks need not read the files again.</summary>
    public static string KeepChangedKeys(string changes, IReadOnlyList<string> keys) =>
        $"CREATE OR REPLACE TEMP TABLE {ChangedKeys} AS SELECT {List(keys)}, {IsGone} AS {Gone}, _commit_version FROM ({changes}) AS changes";

    /// <summary>How many rows of one version are new images of a key that another new image of that version has too.</summary>
    public static string AmbiguousKeys(IReadOnlyList<string> keys) =>
        $"""
            SELECT COALESCE(sum(images - 1), 0)::BIGINT FROM (
                SELECT count(*) AS images FROM {ChangedKeys} WHERE NOT {Gone} GROUP BY {List(keys)}, _commit_version HAVING count(*) > 1)
            """;

    /// <summary>
    /// How many keys end with another number of rows than their last state says. The local table has a row for each key of the remote one as it was
    /// before, so what was added and taken away since tells how many rows there are now: one, or none where the last state is that the row is gone.
    /// </summary>
    public static string MiscountedKeys(string local, IReadOnlyList<string> keys)
    {
        var same = string.Join(" AND ", keys.Select(key => $"here.{SqlText.Identifier(key)} = changed.{SqlText.Identifier(key)}"));
        return $"""
            WITH changed AS (
                SELECT {List(keys)}, sum(CASE WHEN {Gone} THEN -1 ELSE 1 END) AS difference,
                    max_by({Gone}, _commit_version * 2 + CASE WHEN {Gone} THEN 0 ELSE 1 END) AS gone
                FROM {ChangedKeys} GROUP BY {List(keys)}),
            here AS (
                SELECT {string.Join(", ", keys.Select(key => "here." + SqlText.Identifier(key)))}, count(*) AS rows
                FROM ({local}) AS here SEMI JOIN changed ON {same} GROUP BY ALL)
            SELECT count(*) FROM changed LEFT JOIN here ON {same}
            WHERE coalesce(here.rows, 0) + changed.difference <> CASE WHEN changed.gone THEN 0 ELSE 1 END
            """;
    }

    /// <summary>How many rows share their key with another.</summary>
    public static string DuplicateKeys(string rows, IReadOnlyList<string> keys) =>
        $"SELECT COALESCE(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n FROM ({rows}) AS source GROUP BY {List(keys)} HAVING count(*) > 1)";

    /// <summary>How many rows lack a value in a key column.</summary>
    public static string NullKeys(string rows, IReadOnlyList<string> keys) =>
        $"SELECT count(*) FROM ({rows}) AS source WHERE {string.Join(" OR ", keys.Select(key => SqlText.Identifier(key) + " IS NULL"))}";

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(SqlText.Identifier));
}
