namespace Tideway.DuckDb.Tests;

public sealed class ErrorTests : IDisposable
{
    private readonly Session session = new();

    [Theory]
    [InlineData("SELEC 1", DuckDbError.Parser, "SELEC")]
    [InlineData("SELECT * FROM missing", DuckDbError.Catalog, "missing")]
    [InlineData("SELECT missing FROM range(1)", DuckDbError.Binder, "missing")]
    [InlineData("SELECT 'x'::INTEGER", DuckDbError.Conversion, "INT32")]
    [InlineData("SELECT (200)::TINYINT", DuckDbError.Conversion, "200")]
    [InlineData("SELECT 9223372036854775807::BIGINT + 1", DuckDbError.OutOfRange, "9223372036854775807")]
    [InlineData("SELECT * FROM '/nowhere/x.parquet'", DuckDbError.Io, "/nowhere/x.parquet")]
    [InlineData("SELECT error('mine')", DuckDbError.InvalidInput, "mine")]
    [InlineData("CREATE TABLE t (a INTEGER NOT NULL); INSERT INTO t VALUES (NULL)", DuckDbError.Constraint, "NOT NULL")]
    [InlineData("COMMIT", DuckDbError.Transaction, "no transaction")]
    [InlineData("SET no_such_setting = 1", DuckDbError.Catalog, "no_such_setting")]
    public void A_failure_has_a_kind_and_a_message(string sql, DuckDbError kind, string message)
    {
        var error = Should.Throw<DuckDbException>(() => session.Rows(sql));

        error.Error.ShouldBe(kind);
        error.Message.ShouldContain(message);
        Should.Throw<DuckDbException>(() => session.Connection.Execute(sql));
    }

    [Fact]
    public void A_syntax_error_of_a_prepared_statement_is_of_kind_parser() =>
        Should.Throw<DuckDbException>(() => session.Connection.Prepare("SELECT (")).Error.ShouldBe(DuckDbError.Parser);

    [Theory]
    [InlineData("")]
    [InlineData(" ; ")]
    [InlineData("-- a comment")]
    public void Text_without_a_statement_is_refused(string sql)
    {
        Should.Throw<DuckDbException>(() => session.Connection.Execute(sql)).Error.ShouldBe(DuckDbError.Parser);
        Should.Throw<DuckDbException>(() => session.Connection.Prepare(sql));
    }

    [Fact]
    public void Sql_with_a_nul_is_refused_instead_of_cut_short()
    {
        Should.Throw<ArgumentException>(() => session.Connection.Execute("SELECT 1\0; DROP TABLE t"));
        Should.Throw<ArgumentException>(() => session.Connection.Prepare("SELECT 1\0"));
    }

    [Fact]
    public void The_connection_works_after_a_failure()
    {
        Should.Throw<DuckDbException>(() => session.Connection.Execute("SELEC"));

        session.Value("SELECT 1").ShouldBe(1);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.db"), new string('x', 20_000));

        Should.Throw<DuckDbException>(() => DuckDbDatabase.Open(new DuckDbOptions { Path = folder.File("x.db") })).Error.ShouldBe(DuckDbError.Io);
    }

    [Fact]
    public void A_missing_file_is_refused_when_only_reading()
    {
        using var folder = new TemporaryFolder();

        Should
            .Throw<DuckDbException>(() => DuckDbDatabase.Open(new DuckDbOptions { Path = folder.File("x.db"), ReadOnly = true }))
            .Error.ShouldBe(DuckDbError.Io);
    }

    [Fact]
    public void A_setting_that_duckdb_does_not_know_is_refused() =>
        Should.Throw<DuckDbException>(() => DuckDbDatabase.Open(new DuckDbOptions { Settings = new Dictionary<string, string> { ["no_such"] = "1" } }));

    [Fact]
    public void Limits_below_one_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => DuckDbDatabase.Open(new DuckDbOptions { Threads = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => DuckDbDatabase.Open(new DuckDbOptions { MemoryLimitBytes = -1 }));
    }

    public void Dispose() => session.Dispose();
}
