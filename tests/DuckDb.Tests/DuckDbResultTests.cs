namespace Tideway.DuckDb.Tests;

public sealed class DuckDbResultTests : IDisposable
{
    private readonly Session session = new();

    [Fact]
    public void A_result_without_rows_has_columns_and_no_chunk()
    {
        using var result = session.Connection.Query("SELECT 1 AS a, 'x' AS b WHERE false");

        result.Columns.Select(column => column.Name).ShouldBe(["a", "b"]);
        result.FetchChunk().ShouldBeNull();
        result.FetchChunk().ShouldBeNull();
    }

    [Fact]
    public void A_large_result_streams_chunk_by_chunk()
    {
        const int rows = 100_000;
        using var result = session.Connection.Query($"SELECT i, 'value ' || i FROM range({rows}) t(i) ORDER BY i");
        var (next, chunks) = (0L, 0);

        foreach (var chunk in result.Chunks())
        {
            chunks++;
            var numbers = chunk.Column(0).Values<long>();
            for (var row = 0; row < chunk.RowCount; row++)
            {
                numbers[row].ShouldBe(next++);
                chunk.Column(1).String(row).ShouldBe($"value {numbers[row]}");
            }
        }

        next.ShouldBe(rows);
        chunks.ShouldBeGreaterThan(rows / 2048);
    }

    [Fact]
    public void An_endless_query_can_be_read_in_part()
    {
        using (var result = session.Connection.Query("SELECT i FROM range(1000000000000) t(i)"))
        using (var chunk = result.FetchChunk().ShouldNotBeNull())
            chunk.Column(0).Values<long>()[1].ShouldBe(1);

        session.Value("SELECT 42").ShouldBe(42);
    }

    [Fact]
    public void A_failure_in_later_rows_comes_up_while_reading_and_stays()
    {
        using var result = session.Connection.Query(
            "SELECT CASE WHEN i = 5000000 THEN error('row five million') ELSE i::VARCHAR END FROM range(10000000) t(i)"
        );

        Should.Throw<DuckDbException>(() => result.Chunks().Count()).Message.ShouldContain("row five million");
        Should.Throw<DuckDbException>(() => result.FetchChunk());
    }

    [Fact]
    public void Another_query_on_the_connection_ends_a_result_with_an_error_not_with_fewer_rows()
    {
        using var result = session.Connection.Query("SELECT i FROM range(10000000) t(i)");
        result.FetchChunk().ShouldNotBeNull().Dispose();

        session.Connection.Execute("SELECT 1");

        Should.Throw<DuckDbException>(() => result.Chunks().Count());
    }

    [Fact]
    public void Of_several_statements_the_last_gives_the_result()
    {
        session.Rows("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2); SELECT a + ? FROM t ORDER BY a", 10).Select(row => row[0]).ShouldBe([11, 12]);
        session.Connection.Query("SELECT 1; CREATE TABLE u (a INTEGER)").Dispose();
        session.Value("SELECT count(*) FROM u").ShouldBe(0L);
    }

    [Fact]
    public void Changed_rows_are_counted()
    {
        var connection = session.Connection;

        connection.ExecuteCount("CREATE TABLE t (a INTEGER)").ShouldBe(0);
        connection.ExecuteCount("INSERT INTO t SELECT * FROM range(5000)").ShouldBe(5000);
        connection.ExecuteCount("UPDATE t SET a = a + 1 WHERE a < ?", 10).ShouldBe(10);
        connection.ExecuteCount("DELETE FROM t").ShouldBe(5000);
        connection.ExecuteCount("SELECT * FROM range(7)").ShouldBe(0);
    }

    [Fact]
    public void A_pivot_which_duckdb_splits_into_several_statements_runs() =>
        session.Rows("PIVOT (VALUES ('a', 1), ('b', 2)) t(k, v) ON k USING sum(v)").ShouldHaveSingleItem().Length.ShouldBe(2);

    public void Dispose() => session.Dispose();
}
