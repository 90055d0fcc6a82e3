namespace Tideway.DuckDb.Tests;

public sealed class DuckDbAppenderTests : IDisposable
{
    private readonly Session session = new();

    [Fact]
    public void Rows_of_every_scalar_type_are_appended()
    {
        session.Connection.Execute(
            """
            CREATE TABLE t (b BOOLEAN, i TINYINT, l BIGINT, h HUGEINT, d DOUBLE, dec DECIMAL(38,10), s VARCHAR, x BLOB, u UUID, day DATE, ts TIMESTAMP,
                tz TIMESTAMPTZ, tm TIME, iv INTERVAL, n INTEGER, def INTEGER DEFAULT 42)
            """
        );
        var (id, now) = (Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100"), new DateTimeOffset(2024, 6, 1, 12, 0, 0, TimeSpan.FromHours(2)));
        using (var appender = session.Connection.CreateAppender("t"))
        {
            appender
                .Append(true)
                .Append(-7)
                .Append(long.MinValue)
                .Append(Int128.MaxValue)
                .Append(0.1)
                .Append((object)-1234.5m)
                .Append("text")
                .Append("blob"u8)
                .Append((object)id)
                .Append((object)new DateOnly(2024, 2, 29))
                .Append((object)new DateTime(2024, 1, 2, 3, 4, 5))
                .Append((object)now)
                .Append((object)new TimeOnly(1, 2, 3))
                .Append((object)new DuckDbInterval(1, 2, 3))
                .AppendNull()
                .AppendDefault()
                .EndRow();
            appender.Close();
        }

        session
            .Rows("SELECT * FROM t")
            .ShouldHaveSingleItem()
            .ShouldBeEquivalentTo(
                new object?[]
                {
                    true,
                    (sbyte)-7,
                    long.MinValue,
                    Int128.MaxValue,
                    0.1,
                    -1234.5m,
                    "text",
                    "blob"u8.ToArray(),
                    id,
                    new DateOnly(2024, 2, 29),
                    new DateTime(2024, 1, 2, 3, 4, 5),
                    now.ToUniversalTime(),
                    new TimeOnly(1, 2, 3),
                    new DuckDbInterval(1, 2, 3),
                    null,
                    42,
                }
            );
    }

    [Fact]
    public void Many_rows_are_appended()
    {
        const int rows = 300_000;
        session.Connection.Execute("CREATE TABLE t (id BIGINT, name VARCHAR)");
        using var appender = session.Connection.CreateAppender("t", schema: "main", catalog: "memory");

        for (var i = 0; i < rows; i++)
            appender.Append(i).Append(i % 7 == 0 ? null : $"name {i}").EndRow();
        appender.Close();

        session
            .Rows("SELECT count(*), sum(id), count(name), max(length(name)) FROM t")
            .ShouldHaveSingleItem()
            .ShouldBe([(long)rows, (Int128)44_999_850_000, 257_142L, 11L]);
    }

    [Fact]
    public void Rows_that_are_not_closed_are_dropped()
    {
        session.Connection.Execute("CREATE TABLE t (a INTEGER)");
        using (var appender = session.Connection.CreateAppender("t"))
        {
            appender.Append(1).EndRow();
            appender.Flush();
            appender.Append(2).EndRow();
        }

        session.Rows("SELECT a FROM t").ShouldHaveSingleItem().ShouldBe([1]);
    }

    [Fact]
    public void A_value_that_cannot_be_cast_is_refused()
    {
        session.Connection.Execute("CREATE TABLE t (a TINYINT)");
        using var appender = session.Connection.CreateAppender("t");

        Should.Throw<DuckDbException>(() => appender.Append(1000)).Message.ShouldContain("1000");
    }

    [Fact]
    public void A_row_with_too_many_or_too_few_values_is_refused()
    {
        session.Connection.Execute("CREATE TABLE t (a INTEGER, b INTEGER)");
        using var few = session.Connection.CreateAppender("t");
        using var many = session.Connection.CreateAppender("t");

        Should.Throw<DuckDbException>(() => few.Append(1).EndRow());
        Should.Throw<DuckDbException>(() => many.Append(1).Append(2).Append(3));
    }

    [Fact]
    public void A_violated_constraint_comes_up_when_closing()
    {
        session.Connection.Execute("CREATE TABLE t (a INTEGER PRIMARY KEY)");
        using var appender = session.Connection.CreateAppender("t");
        appender.Append(1).EndRow().Append(1).EndRow();

        Should.Throw<DuckDbException>(() => appender.Close()).Error.ShouldBe(DuckDbError.Constraint);

        session.Value("SELECT count(*) FROM t").ShouldBe(0L);
    }

    [Fact]
    public void A_missing_table_is_refused() =>
        Should.Throw<DuckDbException>(() => session.Connection.CreateAppender("missing")).Error.ShouldBe(DuckDbError.Catalog);

    [Fact]
    public void A_table_with_a_hostile_name_is_filled()
    {
        const string name = "a\"; DROP TABLE t --";
        session.Connection.Execute($"CREATE TABLE {SqlText.Identifier(name)} (a VARCHAR)");
        using var appender = session.Connection.CreateAppender(name);

        appender.Append(name).EndRow().Close();

        session.Value($"SELECT a FROM {SqlText.Identifier(name)}").ShouldBe(name);
    }

    public void Dispose() => session.Dispose();
}
