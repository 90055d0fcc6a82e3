using Tideway.DeltaLog.Pruning;

namespace Tideway.DeltaLog.Tests.Pruning;

public sealed class SqlPredicateTests
{
    [Theory]
    [InlineData("a = 5", "a Equal Number:5")]
    [InlineData("5 < a.b", "a.b Greater Number:5")]
    [InlineData("`a b`.\"c\" <> 'it''s'", "a b.c NotEqual String:it's")]
    [InlineData("a <=> NULL", "a NullSafeEqual Null:")]
    [InlineData("a IS NOT NULL", "NOT a IS NULL")]
    [InlineData("a IS DISTINCT FROM 3", "NOT a NullSafeEqual Number:3")]
    [InlineData("a NOT IN (1, -2, 'x')", "NOT a IN Number:1,Number:-2,String:x")]
    [InlineData("a BETWEEN 1 AND 2 AND b = 3", "((a GreaterOrEqual Number:1 AND a LessOrEqual Number:2) AND b Equal Number:3)")]
    [InlineData("a LIKE 'ab%'", "a LIKE ab")]
    [InlineData("a LIKE 'ab%c'", "(a LIKE ab AND ?)")]
    [InlineData("a = 1 OR b = 2 AND NOT c = 3", "(a Equal Number:1 OR (b Equal Number:2 AND NOT c Equal Number:3))")]
    [InlineData("(a = 1 OR b = 2) AND c", "((a Equal Number:1 OR b Equal Number:2) AND c Equal Boolean:true)")]
    [InlineData(
        "d >= DATE '2026-01-31' AND t < TIMESTAMP '2026-01-31 10:00:00'",
        "(d GreaterOrEqual Date:2026-01-31 AND t Less Timestamp:2026-01-31 10:00:00)"
    )]
    [InlineData("date = '2026-01-31'", "date Equal String:2026-01-31")]
    [InlineData("d = CAST('2026-01-31' AS DATE) AND d < '2026-02-01'::DATE", "(d Equal Date:2026-01-31 AND d Less Date:2026-02-01)")]
    [InlineData("upper(a) = 'X' AND b = 2", "(? AND b Equal Number:2)")]
    [InlineData("(a + 1) * 2 = 4 OR b = 2", "(? OR b Equal Number:2)")]
    [InlineData("a = 1 + 1 AND b = 2", "(? AND b Equal Number:2)")]
    [InlineData("NOT (a = 1 AND f(b, (c))) AND d = 1", "(NOT (a Equal Number:1 AND ?) AND d Equal Number:1)")]
    [InlineData("a = 'x\\n'", "?")]
    [InlineData("a = b", "?")]
    public void Sql_is_read_as_far_as_files_can_be_told_apart_by_it(string sql, string expected) => Text(SqlPredicate.TryParse(sql)!).ShouldBe(expected);

    [Theory]
    [InlineData("\"a\" <> 'x' AND b = 2", "(? AND b Equal Number:2)")]
    [InlineData("a = \"b\" AND `c d` = 2", "(? AND c d Equal Number:2)")]
    [InlineData("a.\"b\" = 1", "?")]
    [InlineData("a = 'it''s' OR b = 2", "(? OR b Equal Number:2)")]
    [InlineData("a IN ('x', 'it''s') AND b = 2", "(? AND b Equal Number:2)")]
    [InlineData("a = 'say \"x\"' AND `b``c` = 2", "(a Equal String:say \"x\" AND b`c Equal Number:2)")]
    public void What_means_one_thing_to_some_and_another_to_others_decides_nothing(string sql, string expected) =>
        Text(SqlPredicate.TryParse(sql, SqlDialect.Unstated)!).ShouldBe(expected);

    [Theory]
    [InlineData("a = 'x")]
    [InlineData("")]
    [InlineData("a = 1 AND")]
    [InlineData("(a = 1")]
    [InlineData("a = 1)")]
    [InlineData("f(a) BETWEEN 1 AND 2 OR b = 3")]
    [InlineData("a = 1 XOR b = 2 AND c = 3")]
    [InlineData("CASE WHEN a AND b THEN c END AND d = 1")]
    [InlineData("a = 1 -- and so on")]
    [InlineData(@"a = 'x\' AND b = 1 AND c = \'y'")]
    [InlineData(@"a = 'x\\' AND b = 1")]
    [InlineData("a = \"x\\\" AND b = 1 AND c = \\\"y\"")]
    public void What_cannot_be_told_apart_is_no_condition(string sql) => SqlPredicate.TryParse(sql).ShouldBeNull();

    [Fact]
    public void Deep_nesting_decides_nothing() =>
        SqlPredicate.TryParse(new string('(', 100_000) + "a = 1" + new string(')', 100_000)).ShouldBe(new UnknownPredicate());

    private static string Text(Predicate predicate) =>
        predicate switch
        {
            AndPredicate and => $"({string.Join(" AND ", and.Operands.Select(Text))})",
            OrPredicate or => $"({string.Join(" OR ", or.Operands.Select(Text))})",
            NotPredicate not => $"NOT {Text(not.Operand)}",
            ComparisonPredicate comparison => $"{string.Join('.', comparison.Column)} {comparison.Comparison} {Text(comparison.Value)}",
            IsNullPredicate isNull => $"{string.Join('.', isNull.Column)} IS NULL",
            InPredicate isIn => $"{string.Join('.', isIn.Column)} IN {string.Join(',', isIn.Values.Select(Text))}",
            StartsWithPredicate startsWith => $"{string.Join('.', startsWith.Column)} LIKE {startsWith.Prefix}",
            _ => "?",
        };

    private static string Text(Literal literal) => $"{literal.Kind}:{literal.Text}";
}
