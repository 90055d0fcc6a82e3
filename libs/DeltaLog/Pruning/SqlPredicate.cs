namespace Tideway.DeltaLog.Pruning;

/// <summary>
/// Reads conditions in SQL for pruning: comparisons of a column with a constant (either side), <c>IS NULL</c>, <c>IN</c>, <c>BETWEEN</c>, <c>LIKE 'abc%'</c>,
/// <c>AND</c>, <c>OR</c>, <c>NOT</c>, constants with and without a type. Anything else is <see cref="UnknownPredicate"/>, so that no file is left out
/// because of it. Nothing is executed.
/// </summary>
public static class SqlPredicate
{
    private const int MaxLength = 1 << 20;

    /// <summary>The condition; <see langword="null"/> where the text cannot be told apart into conditions at all.</summary>
    /// <param name="sql">The text.</param>
    /// <param name="dialect">Whose SQL it is.</param>
    public static Predicate? TryParse(string sql, SqlDialect dialect = SqlDialect.DuckDb)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (sql.Length > MaxLength || SqlTokens.Read(sql, dialect) is not { } tokens)
            return null;
        return new SqlPredicateReader(tokens).ReadAll();
    }
}
