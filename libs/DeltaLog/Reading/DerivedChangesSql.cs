using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// The changes of versions that do not say which rows changed: what a version took out of files, without what it put into others again.
/// </summary>
internal static class DerivedChangesSql
{
    private const string Balance = "__tideway_balance";

    /// <param name="changes">A SELECT of all rows that came or went, with <c>_change_type</c> (insert or delete), <c>_commit_version</c> and <c>_commit_timestamp</c>.</param>
    /// <param name="fields">All columns of the table: rows are the same where all of them are.</param>
    /// <param name="wanted">The columns to give.</param>
    public static string Select(string changes, IReadOnlyList<StructField> fields, IReadOnlyList<StructField> wanted)
    {
        var (all, some) = (Names(fields), Names(wanted));
        // A row is there as often as it came more often than it went, or the other way round.
        return $"""
            SELECT {some}, CASE WHEN {Balance} > 0 THEN 'insert' ELSE 'delete' END AS _change_type, _commit_version, _commit_timestamp FROM (
                SELECT {all}, _commit_version, _commit_timestamp, {Balance}, unnest(range(abs({Balance}))) FROM (
                    SELECT {all}, _commit_version, _commit_timestamp, CAST(sum(CASE _change_type WHEN 'insert' THEN 1 ELSE -1 END) AS BIGINT) AS {Balance}
                    FROM ({changes}) GROUP BY ALL))
            """;
    }

    private static string Names(IEnumerable<StructField> fields) => string.Join(", ", fields.Select(field => SqlText.Identifier(field.Name)));
}
