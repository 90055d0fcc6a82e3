using Tideway.DuckDb;

namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>Rows that the other engine writes, read by us.</summary>
public class TheirTablesTests(IndependentEngine engine)
{
    [Fact]
    public async Task Rows_of_both_engines_in_one_table_are_the_same_to_both()
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync("SELECT range AS id, range::VARCHAR AS t, range / 3 AS d, DATE '2026-01-01' + range::INTEGER AS day FROM range(10)");
        await fixture.TheyInsertAsync("SELECT number AS id, toString(number) AS t, number / 7 AS d, toDate32('1925-01-01') + number AS day FROM numbers(1000)");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id % 2 = 0");
        await fixture.TheyInsertAsync(
            "SELECT CAST(NULL AS Nullable(Int64)) AS id, CAST(NULL AS Nullable(String)) AS t, nan AS d, CAST(NULL AS Nullable(Date32)) AS day"
        );

        await fixture.SameRowsInEveryVersionAsync();
        (await fixture.Table.LatestVersionAsync()).ShouldBe(4);
    }

    [Fact]
    public async Task Every_type_that_they_write_reads_equal()
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync(
            """
            SELECT 1::BIGINT AS l, 1::INTEGER AS i, 1::SMALLINT AS s, 1::TINYINT AS b, 1::FLOAT AS f, 1::DOUBLE AS d, true AS o, 'x' AS t,
                DATE '2026-01-01' AS dt, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS ts, 1.25::DECIMAL(18,4) AS dec, [1::BIGINT] AS a, {'x': 1::BIGINT, 'y': 'z'} AS st, MAP {'k': 1::BIGINT} AS m
            """
        );
        await fixture.TheyInsertAsync(
            """
            SELECT toInt64(number) - 500 AS l, toInt32(number) AS i, toInt16(number) AS s, toInt8(number % 100) AS b, toFloat32(number / 3) AS f, number / 7 AS d, number % 2 = 0 AS o,
                concat('it''s \n "', char(0xF0, 0x9F, 0x98, 0x80), '"') AS t, toDate32('1999-12-31') + number AS dt, toDateTime64('1999-12-31 23:59:59.999999', 6, 'UTC') + number AS ts,
                toDecimal64(number, 4) / 8 AS dec, range(number % 4)::Array(Nullable(Int64)) AS a, tuple(number, toString(number))::Tuple(x Nullable(Int64), y Nullable(String)) AS st,
                map('a', number, 'b', NULL)::Map(String, Nullable(Int64)) AS m
            FROM numbers(300)
            """
        );

        await fixture.SameRowsAsync();
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a%b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a=b")]
    [InlineData("a:b")]
    [InlineData("a+b&c")]
    [InlineData("[a]*?")]
    [InlineData("{a,b}")]
    [InlineData("\u00e9\ud83d\ude00")]
    [InlineData(" ")]
    [InlineData("100%")]
    public async Task A_partition_that_they_write_without_escaping_reads_equal(string value)
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync("SELECT 1::BIGINT AS id, 'ours' AS p", ["p"]);
        await fixture.TheyInsertAsync($"SELECT number + 2 AS id, {EngineSql.Text(value)} AS p FROM numbers(3)");

        var sql = await fixture.SqlAsync(await fixture.Table.LoadAsync());
        using var result = fixture.Connection.Query($"SELECT id, p FROM ({sql}) ORDER BY id");
        result.Rows().Select(row => $"{row[0]} {row[1]}").ShouldBe(["1 ours", $"2 {value}", $"3 {value}", $"4 {value}"]);
    }

    [Theory]
    [InlineData("a/b", "a")]
    [InlineData("a'b\"c", null)]
    public async Task A_partition_value_that_they_log_wrongly_is_what_the_log_says(string value, string? logged)
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync("SELECT 1::BIGINT AS id, 'ours' AS p", ["p"]);
        await fixture.TheyInsertAsync($"SELECT 2 AS id, {EngineSql.Text(value)} AS p");

        var sql = await fixture.SqlAsync(await fixture.Table.LoadAsync());
        fixture.Connection.Scalar<string>($"SELECT p FROM ({sql}) WHERE id = 2").ShouldBe(logged);
        await fixture.SameRowsAsync();
    }

    // The path in their log is not the URI that it should be: decoded, it names a file that is not there, or none at all.
    [Theory]
    [InlineData("a%20b")]
    [InlineData("a%2Fb")]
    [InlineData("a\\b")]
    public async Task A_file_that_their_log_names_wrongly_is_missed_and_not_passed_over(string value)
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync("SELECT 1::BIGINT AS id, 'ours' AS p", ["p"]);
        await fixture.TheyInsertAsync($"SELECT 2 AS id, {EngineSql.Text(value)} AS p");
        var snapshot = await fixture.Table.LoadAsync();

        var exception = await Should.ThrowAsync<Exception>(async () =>
            fixture.Connection.Scalar<long>($"SELECT count(p) FROM ({await fixture.SqlAsync(snapshot)})")
        );

        exception.ShouldSatisfyAllConditions(() => (exception is DuckDbException or DeltaLogException).ShouldBeTrue(exception.ToString()));
    }
}
