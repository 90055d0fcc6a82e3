namespace Tideway.DeltaLog.Pruning;

/// <summary>Whose SQL a condition is written in.</summary>
public enum SqlDialect
{
    /// <summary>That of DuckDB, as of the SQL standard: <c>"a"</c> is a column, and <c>'it''s'</c> holds one quote.</summary>
    DuckDb,

    /// <summary>
    /// That of a client that does not say whose. Spark takes <c>"a"</c> for a text and <c>'it''s'</c> for two texts in a row, others do not: what holds either is
    /// <see cref="UnknownPredicate"/>.
    /// </summary>
    Unstated,
}
