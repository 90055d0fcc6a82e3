namespace Tideway.DuckDb.Tests;

public sealed class UntrustedSqlTests : IDisposable
{
    private readonly Session session = new(new DuckDbOptions { Locked = true });

    public UntrustedSqlTests()
    {
        session.Connection.Execute("CREATE TABLE t AS SELECT i, 'name ' || i AS query, [i, i + 1] AS list FROM range(10) r(i)");
        session.Connection.Execute("CREATE MACRO logs() AS TABLE SELECT * FROM enable_logging(storage = 'memory')");
    }

    [Theory]
    [InlineData("SELECT * FROM enable_logging()")]
    [InlineData("SELECT * FROM ENABLE_LOGGING(storage = 'stdout')")]
    [InlineData("SELECT * FROM system.main.\"enable_logging\"(storage = 'stdout')")]
    [InlineData("SELECT * FROM enable_logging/* a comment */('QueryLog', storage_path = '/tmp/x')")]
    [InlineData("FROM enable_profiling(format = 'json', save_location = '/tmp/x.json')")]
    [InlineData("SELECT * FROM query('SELECT * FROM enable' || '_logging()')")]
    [InlineData("SELECT * FROM json_execute_serialized_sql('{}')")]
    [InlineData("SELECT * FROM logs()")]
    [InlineData("SELECT (SELECT count(*) FROM enable_logging())")]
    [InlineData("WITH x AS (SELECT * FROM enable_logging()) SELECT * FROM x")]
    [InlineData("SELECT * FROM t WHERE i IN (SELECT 1 FROM t, LATERAL (SELECT * FROM enable_logging()))")]
    [InlineData("SELECT 1 UNION ALL (SELECT 2 FROM enable_logging())")]
    [InlineData("SELECT * FROM range((SELECT count(*) FROM disable_logging()))")]
    [InlineData("SELECT * FROM t JOIN duckdb_secrets() ON true")]
    [InlineData("SELECT * FROM glob('*')")]
    public void A_table_function_that_is_not_known_is_refused(string sql)
    {
        Should.Throw<DuckDbException>(() => session.Connection.PrepareUntrusted(sql)).Error.ShouldBe(DuckDbError.Permission);

        session.Value("SELECT current_setting('enable_logging')::BOOLEAN").ShouldBe(false);
    }

    [Theory]
    [InlineData("CALL enable_logging()")]
    [InlineData("PRAGMA enable_profiling")]
    [InlineData("CREATE TABLE u AS SELECT 1")]
    [InlineData("INSERT INTO t (i) VALUES (1)")]
    [InlineData("COPY t TO '/tmp/x'")]
    [InlineData("SET VARIABLE x = 1")]
    [InlineData("PREPARE p AS SELECT 1")]
    [InlineData("SELECT 1; DROP TABLE t")]
    [InlineData("EXPLAIN ANALYZE SELECT 1")]
    [InlineData("BEGIN")]
    public void A_statement_that_is_no_query_is_refused(string sql) =>
        Should.Throw<DuckDbException>(() => session.Connection.PrepareUntrusted(sql)).Error.ShouldBe(DuckDbError.Permission);

    [Theory]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("")]
    public void Not_exactly_one_query_is_refused(string sql) => Should.Throw<DuckDbException>(() => session.Connection.PrepareUntrusted(sql));

    [Theory]
    [InlineData("SELECT sum(i) FROM t", 1)]
    [InlineData("SELECT query, unnest(list) FROM t WHERE query LIKE '%enable_logging()%' OR i > ?", 10)]
    [InlineData("SELECT * FROM t, range(2) r(j) WHERE 'type' = 'type'", 20)]
    [InlineData("WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 5) SELECT * FROM x", 5)]
    [InlineData("SELECT row_number() OVER (ORDER BY i), lag(i) OVER () FROM t QUALIFY true LIMIT 3", 3)]
    [InlineData("SELECT list_transform(list, lambda x: x + 1), {'error': true} AS error FROM t", 10)]
    [InlineData("FROM json_each('[1, 2]')", 2)]
    [InlineData("SELECT * FROM (VALUES (1, 'enable_logging'), (2, 'x')) v(a, b)", 2)]
    public void A_query_passes(string sql, int rows)
    {
        using var statement = session.Connection.PrepareUntrusted(sql);
        if (statement.ParameterCount == 1)
            statement.Bind(1, 4);

        using var result = statement.Query();

        result.Rows().Count().ShouldBe(rows);
    }

    [Fact]
    public void A_syntax_error_is_told() =>
        Should.Throw<DuckDbException>(() => session.Connection.PrepareUntrusted("SELEC 1")).Error.ShouldBe(DuckDbError.Parser);

    [Fact]
    public void Deep_nesting_is_read_to_its_end()
    {
        var sql = $"SELECT {string.Concat(Enumerable.Repeat("abs(", 200))}1{new string(')', 200)} FROM enable_logging()";

        Should.Throw<DuckDbException>(() => session.Connection.PrepareUntrusted(sql)).Error.ShouldBe(DuckDbError.Permission);
    }

    [Fact]
    public void A_database_that_is_not_locked_takes_none()
    {
        using var open = new Session();

        Should.Throw<InvalidOperationException>(() => open.Connection.PrepareUntrusted("SELECT 1"));
    }

    public void Dispose() => session.Dispose();
}
