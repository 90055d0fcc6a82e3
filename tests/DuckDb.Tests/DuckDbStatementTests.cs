namespace Tideway.DuckDb.Tests;

public sealed class DuckDbStatementTests : IDisposable
{
    private readonly Session session = new();

    [Fact]
    public void A_statement_runs_again_with_other_values()
    {
        session.Connection.Execute("CREATE TABLE t (id INTEGER, name VARCHAR)");
        using var insert = session.Connection.Prepare("INSERT INTO t VALUES ($id, $name)");
        insert.ParameterCount.ShouldBe(2);
        insert.Kind.ShouldBe(DuckDbStatementKind.Insert);

        for (var i = 0; i < 3; i++)
        {
            insert.Bind(insert.Position("id"), i);
            insert.Bind(insert.Position("name"), i == 1 ? null : $"n{i}");
            insert.ExecuteCount().ShouldBe(1);
        }

        session.Rows("SELECT * FROM t ORDER BY id").Select(row => row[1]).ShouldBe(["n0", null, "n2"]);
    }

    [Fact]
    public void Typed_values_are_bound()
    {
        using var statement = session.Connection.Prepare("SELECT ?, ?, ?, ?, ?, ?, ?");
        statement.Bind(1, true);
        statement.Bind(2, 1);
        statement.Bind(3, long.MaxValue);
        statement.Bind(4, 0.5);
        statement.Bind(5, "text");
        statement.Bind(6, "bytes"u8);
        statement.BindNull(7);

        using var result = statement.Query();

        result.Rows().ToList().ShouldHaveSingleItem().ShouldBeEquivalentTo(new object?[] { true, 1, long.MaxValue, 0.5, "text", "bytes"u8.ToArray(), null });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    public void A_position_that_is_not_there_is_refused(int position)
    {
        using var statement = session.Connection.Prepare("SELECT ?");

        Should.Throw<ArgumentOutOfRangeException>(() => statement.Bind(position, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => statement.Bind(position, Guid.Empty));
    }

    [Fact]
    public void A_parameter_name_that_is_not_there_is_refused()
    {
        using var statement = session.Connection.Prepare("SELECT $a");

        Should.Throw<ArgumentException>(() => statement.Position("b"));
    }

    [Fact]
    public void Running_with_a_value_missing_is_refused()
    {
        using var statement = session.Connection.Prepare("SELECT ?, ?");
        statement.Bind(1, 1);
        statement.Bind(2, 2);
        statement.Execute();
        statement.ClearBindings();

        Should.Throw<DuckDbException>(() => statement.Execute()).Message.ShouldContain("parameter");
    }

    [Fact]
    public void Several_statements_are_refused() => Should.Throw<DuckDbException>(() => session.Connection.Prepare("SELECT 1; SELECT 2"));

    [Theory]
    [InlineData("SELECT 1", DuckDbStatementKind.Select)]
    [InlineData("FROM range(3)", DuckDbStatementKind.Select)]
    [InlineData("SET threads = 1", DuckDbStatementKind.Set)]
    [InlineData("COPY (SELECT 1) TO '/dev/null'", DuckDbStatementKind.Copy)]
    [InlineData("ATTACH ':memory:' AS a", DuckDbStatementKind.Attach)]
    public void A_statement_tells_what_it_does(string sql, DuckDbStatementKind kind)
    {
        using var statement = session.Connection.Prepare(sql);

        statement.Kind.ShouldBe(kind);
    }

    public void Dispose() => session.Dispose();
}
