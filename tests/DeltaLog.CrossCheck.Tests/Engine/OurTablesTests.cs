using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>Tables that we write, read by the other engine.</summary>
public class OurTablesTests(IndependentEngine engine)
{
    // Times and dates within what the other engine can hold, which is 1900 to 2299.
    private const string AllTypes = """
        SELECT * FROM (VALUES
            (1::BIGINT, 1::INTEGER, 1::SMALLINT, 1::TINYINT, 1.5::FLOAT, 2.5::DOUBLE, true, 'text', 'bytes'::BLOB, DATE '2026-02-28', TIMESTAMPTZ '2026-02-28 23:59:59.123456+00', 12.34::DECIMAL(4,2), 0.00000000000000000000000000000000000001::DECIMAL(38,38)),
            (9223372036854775807, 2147483647, 32767, 127, 'Infinity'::FLOAT, 'NaN'::DOUBLE, false, '', ''::BLOB, DATE '1900-01-01', TIMESTAMPTZ '1900-01-01 00:00:00+00', -99.99, -0.99999999999999999999999999999999999999),
            (-9223372036854775808, -2147483648, -32768, -128, '-Infinity'::FLOAT, '-Infinity'::DOUBLE, NULL, 'e' || chr(769) || chr(128512) || chr(10) || chr(9) || '"\', '\x00\xFF'::BLOB, DATE '2299-12-31', TIMESTAMPTZ '2262-04-11 00:00:00.000001+00', 0, 0),
            (0, 0, 0, 0, -0.0::FLOAT, 1.7976931348623157e308, true, ' padded ', NULL, DATE '1969-12-31', TIMESTAMPTZ '1969-12-31 23:59:59.999999+00', 0.01, 0.5),
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
        ) t(l, i, s, b, f, d, o, t, y, dt, ts, dec, wide)
        """;

    private const string Nested = """
        SELECT * FROM (VALUES
            (1::BIGINT, {'a': 1::INTEGER, 'b': {'c': 'x', 'd': [1.5::DOUBLE, NULL]}}, [[1::BIGINT, NULL], []], MAP {'k': {'v': DATE '2026-01-01'}}, [{'t': TIMESTAMPTZ '2026-01-01 00:00:00+00'}]),
            (2, {'a': NULL, 'b': {'c': NULL, 'd': []}}, [], MAP {}, []),
            (3, {'a': 3, 'b': {'c': '', 'd': [NULL]}}, [[]], MAP {'a': {'v': NULL}, 'b': {'v': DATE '1999-12-31'}}, [{'t': NULL}])
        ) t(id, s, l, m, ls)
        """;

    [Fact]
    public async Task Every_type_reads_back_equal()
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync(AllTypes);

        await fixture.SameRowsInEveryVersionAsync();
    }

    [Fact]
    public async Task Nested_types_read_back_equal()
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync(Nested);

        await fixture.SameRowsAsync();
    }

    [Fact]
    public async Task Timestamps_without_a_zone_read_back_equal()
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync("SELECT * FROM (VALUES (TIMESTAMP '2026-01-01 00:00:00.000001'), (TIMESTAMP '1900-01-01 00:00:00'), (NULL)) t(moment)");

        await fixture.SameRowsAsync();
    }

    [Theory]
    [InlineData("t")]
    [InlineData("dt")]
    [InlineData("ts")]
    [InlineData("dec")]
    [InlineData("l")]
    [InlineData("i")]
    [InlineData("s")]
    [InlineData("b")]
    [InlineData("o")]
    [InlineData("dt", "t", "o")]
    public async Task Partitions_of_every_type_read_back_equal(params string[] columns)
    {
        using var fixture = new CrossCheckFixture(engine);
        // The empty text is null as a partition value, by the protocol.
        await fixture.CreateAsync($"SELECT * REPLACE (nullif(t, '') AS t) FROM ({AllTypes})", columns);

        await fixture.SameRowsAsync();
    }

    [Fact]
    public async Task Partitions_with_special_characters_read_back_equal()
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync(
            """
            SELECT range AS id, list_extract(['a b', 'a/b', 'a%b', 'a%2Fb', 'a=b', 'a?b', 'a#b', 'a:b', 'a\b', 'a"b', '''', '.', '..', '../..', chr(233) || chr(128512), '+', '&', '*', '[a]', '{a}', '__HIVE_DEFAULT_PARTITION__', ' ', 'null', chr(9)], 1 + (range % 24)::INTEGER) AS "p q=/%"
            FROM range(48)
            """,
            ["p q=/%"]
        );

        await fixture.SameRowsAsync();
    }

    [Fact]
    public async Task Names_of_columns_with_special_characters_read_back_equal()
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync(
            """SELECT range AS "a b", range * 2 AS "c.d", range * 3 AS "e`f""g", range * 4 AS "filename", range * 5 AS "SELECT" FROM range(10)"""
        );

        await fixture.SameRowsAsync();
    }

    [Fact]
    public async Task Every_version_and_change_of_a_table_that_is_written_in_all_ways_reads_back_equal()
    {
        using var fixture = new CrossCheckFixture(engine);
        await fixture.CreateAsync(
            "SELECT range AS id, 'p' || (range % 3) AS p, range / 2 AS v FROM range(100)",
            ["p"],
            (TableProperties.EnableChangeDataFeed, "true")
        );
        await fixture.Writer.DeleteAsync(fixture.Connection, "id % 7 = 3");
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["v"] = "v + 1000", ["p"] = "'moved'" }, "id % 5 = 1");
        await fixture.Writer.MergeAsync(
            fixture.Connection,
            new()
            {
                SourceSql = "SELECT range AS id, 'p9' AS p, -1.5 AS v, range % 2 = 0 AS gone FROM range(90, 120)",
                Keys = ["id"],
                DeleteWhenSql = "s.gone",
            }
        );
        await fixture.Writer.OverwriteAsync(fixture.Connection, "SELECT range AS id, NULL::VARCHAR AS p, 0.25 AS v FROM range(5)");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 7 AS id, 'p' AS p, 1 AS v");
        await fixture.Table.WriteCheckpointAsync(3);
        await fixture.Table.WriteCheckpointAsync(6);

        await fixture.SameRowsInEveryVersionAsync();
        for (var version = 0L; version <= 6; version++)
            await fixture.SameChangesAsync(version, version);
        await fixture.SameChangesAsync(1, 6);
    }
}
