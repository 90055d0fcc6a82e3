using System.Collections.Concurrent;

namespace Tideway.DuckDb.Tests;

public sealed class ConsumeTests : IDisposable
{
    private readonly Session session = new(new DuckDbOptions { Threads = 4 });

    [Fact]
    public void Every_row_is_taken_once_whatever_thread_read_it()
    {
        session.Connection.Execute(
            "CREATE TABLE t AS SELECT i, 'text of row ' || i AS s, CASE WHEN i % 3 = 0 THEN NULL ELSE i::DOUBLE END AS d FROM range(1000000) r(i)"
        );
        var (sum, rows, nulls) = (0L, 0L, 0L);

        var counted = session.Connection.Consume(
            "SELECT i, s, d FROM t",
            chunk =>
            {
                var numbers = chunk.Column(0).Values<long>();
                var texts = chunk.Column(1).Texts();
                var own = (Sum: 0L, Nulls: 0L);
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    own.Sum += numbers[row];
                    own.Nulls += chunk.Column(2).IsNull(row) ? 1 : 0;
                    if (row == 0)
                        System.Text.Encoding.UTF8.GetString(texts[row]).ShouldBe($"text of row {numbers[row]}");
                }

                Interlocked.Add(ref sum, own.Sum);
                Interlocked.Add(ref nulls, own.Nulls);
                Interlocked.Add(ref rows, chunk.RowCount);
            }
        );

        (counted, rows, sum, nulls).ShouldBe((1_000_000, 1_000_000, 499_999_500_000, 333_334));
    }

    [Fact]
    public void Nested_columns_constants_and_filtered_rows_come_as_from_a_result()
    {
        const string Sql =
            "SELECT i, MAP {'k' || i: 'v' || i, 'same': NULL} AS m, {'a': i, 'b': [i, NULL]} AS s, 'constant' AS c, NULL::VARCHAR AS n FROM range(10000) t(i) WHERE i % 7 = 3 OR i > 9000";
        var taken = new ConcurrentBag<string>();

        session.Connection.Consume(
            Sql,
            chunk =>
            {
                for (var row = 0; row < chunk.RowCount; row++)
                    taken.Add(Text([.. Enumerable.Range(0, chunk.ColumnCount).Select(column => chunk.Column(column).Value(row))]));
            }
        );

        taken.Order(StringComparer.Ordinal).ShouldBe(session.Rows(Sql).Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Dictionaries_of_a_Parquet_file_come_as_values()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "x.parquet");
        session.Connection.Execute($"COPY (SELECT i, 'group ' || (i % 10) AS g, MAP {{'p': (i % 5)::VARCHAR}} AS m FROM range(300000) t(i)) TO '{file}'");
        var groups = new ConcurrentDictionary<string, int>();

        session.Connection.Consume(
            $"SELECT g, m FROM read_parquet('{file}') WHERE i >= 1000",
            chunk =>
            {
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    var (offset, length) = chunk.Column(1).Entry(row);
                    length.ShouldBe(1);
                    groups.AddOrUpdate($"{chunk.Column(0).String(row)} {chunk.Column(1).Child().Child(1).String(offset)}", 1, (_, count) => count + 1);
                }
            }
        );

        groups.Count.ShouldBe(10);
        groups.Values.Sum().ShouldBe(299_000);
        groups["group 7 2"].ShouldBe(29_900);
    }

    [Fact]
    public void What_the_taker_throws_ends_the_query_and_comes_out()
    {
        var failure = Should.Throw<InvalidDataException>(() =>
            session.Connection.Consume("SELECT i FROM range(10000000) t(i)", _ => throw new InvalidDataException("not these rows"))
        );

        failure.Message.ShouldBe("not these rows");
        session.Value("SELECT 1").ShouldBe(1);
    }

    [Fact]
    public void A_chunk_cannot_be_used_after_the_call()
    {
        DuckDbChunk? kept = null;

        session.Connection.Consume("SELECT 1 AS one", chunk => kept = chunk);

        Should.Throw<ObjectDisposedException>(() => kept!.Column(0));
    }

    [Fact]
    public void A_query_that_fails_says_why() =>
        Should.Throw<DuckDbException>(() => session.Connection.Consume("SELECT CAST('x' AS INTEGER) FROM range(10)", _ => { })).Message.ShouldContain("x");

    [Fact]
    public void A_cancelled_token_stops_it()
    {
        using var source = new CancellationTokenSource();

        Should.Throw<OperationCanceledException>(() =>
            session.Connection.Consume("SELECT i FROM range(100000000000) t(i)", _ => source.Cancel(), source.Token)
        );
    }

    [Fact]
    public void The_function_is_there_although_the_connection_has_a_query_open()
    {
        using var open = session.Connection.Query("SELECT i FROM range(100000) t(i)");
        open.FetchChunk()!.Dispose();

        session.Connection.Consume("SELECT 1 AS one", _ => { }).ShouldBe(1);
        session.Connection.Consume("SELECT i FROM range(5) t(i)", _ => { }).ShouldBe(5);
    }

    [Fact]
    public void SQL_cannot_reach_a_taker_whose_number_it_does_not_know()
    {
        session.Connection.Consume("SELECT 1 AS one", _ => { });

        Should.Throw<DuckDbException>(() => session.Value("SELECT tideway_consume(1, 2)")).Message.ShouldContain("Nobody takes these rows.");
    }

    public void Dispose() => session.Dispose();

    private static string Text(object?[] row) => System.Text.Json.JsonSerializer.Serialize(row.Select(Plain));

    private static object? Plain(object? value) =>
        value switch
        {
            Dictionary<object, object?> map => map.Select(pair => new[] { pair.Key, Plain(pair.Value) }).ToList(),
            Dictionary<string, object?> fields => fields.Select(pair => new[] { pair.Key, Plain(pair.Value) }).ToList(),
            List<object?> items => items.Select(Plain).ToList(),
            _ => value?.ToString(),
        };
}
