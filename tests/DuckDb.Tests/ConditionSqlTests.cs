namespace Tideway.DuckDb.Tests;

public sealed class ConditionSqlTests : IDisposable
{
    private readonly Session session = new();

    [Theory]
    [InlineData("a = 1")]
    [InlineData("a > 1 AND (b LIKE '%x%' OR c IN (1, 2)) -- a comment")]
    [InlineData("list_filter(x, lambda y: y > 1)[1] = 2")]
    [InlineData("s.f IS NULL")]
    [InlineData("t >= TIMESTAMP '2020-01-01' - INTERVAL 1 DAY")]
    [InlineData("name = 'SELECT (SUBQUERY) FROM read_csv(''x'')'")]
    public void A_condition_passes(string sql) => session.Connection.CheckCondition(sql);

    [Theory]
    [InlineData("a IN (SELECT content FROM read_text('/etc/passwd'))")]
    [InlineData("EXISTS (FROM '/etc/passwd')")]
    [InlineData("(SELECT count(*) FROM range(10)) > 1")]
    [InlineData("list_filter(x, lambda y: y > (SELECT 1))[1] = 2")]
    [InlineData("true) UNION ALL (SELECT 1")]
    [InlineData("true) LIMIT (1")]
    [InlineData("true) GROUP BY (1")]
    [InlineData("true); DROP TABLE t; SELECT (1")]
    [InlineData("true); SELECT (1")]
    [InlineData("true) QUALIFY (true")]
    public void What_is_more_than_a_condition_is_refused(string sql) =>
        Should.Throw<DuckDbException>(() => session.Connection.CheckCondition(sql)).Error.ShouldBe(DuckDbError.Permission);

    [Theory]
    [InlineData("true) --")]
    [InlineData("a = ")]
    [InlineData("")]
    [InlineData("true) /*")]
    public void What_does_not_parse_is_refused(string sql) =>
        Should.Throw<DuckDbException>(() => session.Connection.CheckCondition(sql)).Error.ShouldBe(DuckDbError.Parser);

    public void Dispose() => session.Dispose();
}
