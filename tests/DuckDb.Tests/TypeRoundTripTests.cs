using System.Numerics;

namespace Tideway.DuckDb.Tests;

public sealed class TypeRoundTripTests : IDisposable
{
    private readonly Session session = new();

    public static TheoryData<string, object> Literals =>
        new()
        {
            { "true", true },
            { "(-128)::TINYINT", sbyte.MinValue },
            { "(-32768)::SMALLINT", short.MinValue },
            { "(-2147483648)::INTEGER", int.MinValue },
            { "(-9223372036854775808)::BIGINT", long.MinValue },
            { "255::UTINYINT", byte.MaxValue },
            { "65535::USMALLINT", ushort.MaxValue },
            { "4294967295::UINTEGER", uint.MaxValue },
            { "18446744073709551615::UBIGINT", ulong.MaxValue },
            { "1.5::FLOAT", 1.5f },
            { "'-inf'::DOUBLE", double.NegativeInfinity },
            { "''", "" },
            { "'twelve bytes'", "twelve bytes" },
            { "'thirteen byte'", "thirteen byte" },
            { "'z' || chr(8364) || chr(128512)", "z\u20AC\U0001F600" },
            { "'\\x00\\xFF'::BLOB", new byte[] { 0, 255 } },
            { "''::BLOB", Array.Empty<byte>() },
            { "DATE '0001-01-01'", DateOnly.MinValue },
            { "DATE '9999-12-31'", DateOnly.MaxValue },
            { "TIME '23:59:59.999999'", new TimeOnly(23, 59, 59, 999, 999) },
            { "TIME_NS '00:00:00.000000199'", new TimeOnly(1) },
            { "TIMESTAMP '1969-12-31 23:59:59.999999'", new DateTime(1969, 12, 31, 23, 59, 59, 999, 999) },
            { "TIMESTAMP '0001-01-01'", DateTime.MinValue },
            { "TIMESTAMP '9999-12-31 23:59:59.999999'", DateTime.MaxValue.AddTicks(-9) },
            { "TIMESTAMP_S '2024-02-29 01:02:03'", new DateTime(2024, 2, 29, 1, 2, 3) },
            { "TIMESTAMP_MS '2024-02-29 01:02:03.004'", new DateTime(2024, 2, 29, 1, 2, 3, 4) },
            { "TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", DateTime.UnixEpoch.AddTicks(-1) },
            { "TIMESTAMPTZ '2024-02-29 12:00:00+02'", new DateTimeOffset(2024, 2, 29, 10, 0, 0, TimeSpan.Zero) },
            { "INTERVAL '14 months 3 days 1 microsecond'", new DuckDbInterval(14, 3, 1) },
            { "UUID '00112233-4455-6677-8899-aabbccddeeff'", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff") },
            { "UUID 'ffffffff-ffff-ffff-ffff-ffffffffffff'", Guid.AllBitsSet },
            { "'b'::ENUM('a', 'b')", "b" },
            { "'0101101'::BIT", "0101101" },
            {
                "{'x': 1, 'y': NULL::VARCHAR}",
                new Dictionary<string, object?> { ["x"] = 1, ["y"] = null }
            },
            {
                "row(1, 'a')",
                new Dictionary<string, object?> { ["0"] = 1, ["1"] = "a" }
            },
            {
                "[1, NULL, 3]",
                new List<object?> { 1, null, 3 }
            },
            { "[]::INTEGER[]", new List<object?>() },
            {
                "[1, 2]::INTEGER[2]",
                new List<object?> { 1, 2 }
            },
            {
                "MAP {'a': 1, 'b': NULL}",
                new Dictionary<object, object?> { ["a"] = 1, ["b"] = null }
            },
            { "union_value(num := 7)", 7 },
            { "'{\"a\": 1}'::JSON", "{\"a\": 1}" },
        };

    [Theory]
    [MemberData(nameof(Literals))]
    public void A_literal_is_read_as_its_net_value(string sql, object expected) => session.Value($"SELECT {sql}").ShouldBeEquivalentTo(expected);

    [Fact]
    public void Integers_beyond_64_bits_are_read_exactly()
    {
        session.Value("SELECT (-170141183460469231731687303715884105728)::HUGEINT").ShouldBe(Int128.MinValue);
        session.Value("SELECT 340282366920938463463374607431768211455::UHUGEINT").ShouldBe(UInt128.MaxValue);
        session
            .Value("SELECT '-123456789012345678901234567890123456789012345'::BIGNUM")
            .ShouldBe(BigInteger.Parse("-123456789012345678901234567890123456789012345"));
        session.Value("SELECT 255::BIGNUM").ShouldBe(new BigInteger(255));
        session.Value("SELECT 0::BIGNUM").ShouldBe(BigInteger.Zero);
    }

    [Theory]
    [InlineData("DECIMAL(4,1)", "-999.9")]
    [InlineData("DECIMAL(4,0)", "9999")]
    [InlineData("DECIMAL(9,4)", "-99999.9999")]
    [InlineData("DECIMAL(18,9)", "999999999.999999999")]
    [InlineData("DECIMAL(38,10)", "-1234567890123456789.0123456789")]
    [InlineData("DECIMAL(38,28)", "1234567890.0123456789012345678")]
    [InlineData("DECIMAL(38,38)", "0.5")]
    [InlineData("DECIMAL(38,0)", "79228162514264337593543950335")]
    [InlineData("DECIMAL(18,3)", "0")]
    public void A_decimal_of_any_width_round_trips(string type, string text)
    {
        var expected = decimal.Parse(text);

        session.Value($"SELECT '{text}'::{type}").ShouldBe(expected);
        session.Value($"SELECT ?::{type}", expected).ShouldBe(expected);
    }

    [Fact]
    public void A_decimal_with_more_digits_than_net_holds_is_read_unscaled()
    {
        using var result = session.Connection.Query("SELECT '-99999999999999999999999999999999999.999'::DECIMAL(38,3)");
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        chunk.Column(0).Unscaled(0).ShouldBe(Int128.Parse("-99999999999999999999999999999999999999"));
        Should.Throw<DuckDbException>(() => chunk.Column(0).Decimal(0)).Error.ShouldBe(DuckDbError.OutOfRange);
    }

    [Theory]
    [InlineData("TIMESTAMP 'infinity'", long.MaxValue)]
    [InlineData("TIMESTAMP '-infinity'", -long.MaxValue)]
    [InlineData("TIMESTAMP '294247-01-10 04:00:54.775806'", long.MaxValue - 1)]
    [InlineData("TIMESTAMP '290309-12-22 (BC) 00:00:00'", -9223372022400000000)]
    [InlineData("TIME '24:00:00'", 86_400_000_000)]
    public void A_time_beyond_what_net_holds_is_read_as_its_number(string sql, long expected)
    {
        using var result = session.Connection.Query($"SELECT {sql}");
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        chunk.Column(0).Values<long>()[0].ShouldBe(expected);
        Should.Throw<DuckDbException>(() => chunk.Column(0).Value(0)).Error.ShouldBe(DuckDbError.OutOfRange);
    }

    [Theory]
    [InlineData("DATE 'infinity'", int.MaxValue)]
    [InlineData("DATE '5877642-06-25 (BC)'", -2147483646)]
    public void A_date_beyond_what_net_holds_is_read_as_its_number(string sql, int expected)
    {
        using var result = session.Connection.Query($"SELECT {sql}");
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        chunk.Column(0).Values<int>()[0].ShouldBe(expected);
        Should.Throw<DuckDbException>(() => chunk.Column(0).Date(0)).Error.ShouldBe(DuckDbError.OutOfRange);
    }

    [Fact]
    public void A_time_with_a_zone_keeps_its_offset()
    {
        var time = session.Value("SELECT '12:34:56.789-05:30'::TIMETZ").ShouldBeOfType<DuckDbTimeTz>();

        time.Micros.ShouldBe(45_296_789_000);
        time.OffsetSeconds.ShouldBe(-19_800);
    }

    [Fact]
    public void Lists_of_structs_of_maps_nest()
    {
        const string sql = """
            SELECT [
                {'id': 1, 'tags': MAP {'a': [1.5, NULL], 'b': NULL}},
                NULL,
                {'id': 2, 'tags': MAP {}},
                {'id': NULL, 'tags': NULL}
            ]::STRUCT(id INTEGER, tags MAP(VARCHAR, DECIMAL(4,1)[]))[] FROM range(3)
            """;

        var rows = session.Rows(sql);

        rows.Count.ShouldBe(3);
        foreach (var row in rows)
        {
            var list = row[0].ShouldBeOfType<List<object?>>();
            list.Count.ShouldBe(4);
            var first = list[0].ShouldBeOfType<Dictionary<string, object?>>();
            first["id"].ShouldBe(1);
            var tags = first["tags"].ShouldBeOfType<Dictionary<object, object?>>();
            tags["a"].ShouldBeEquivalentTo(new List<object?> { 1.5m, null });
            tags["b"].ShouldBeNull();
            list[1].ShouldBeNull();
            list[2].ShouldBeOfType<Dictionary<string, object?>>()["tags"].ShouldBeEquivalentTo(new Dictionary<object, object?>());
            list[3].ShouldBeEquivalentTo(new Dictionary<string, object?> { ["id"] = null, ["tags"] = null });
        }
    }

    [Fact]
    public void A_variant_is_refused_with_advice() =>
        Should.Throw<DuckDbException>(() => session.Value("SELECT 1::VARIANT")).Message.ShouldContain("cast it in SQL");

    [Fact]
    public void Every_type_has_nulls()
    {
        string[] types =
        [
            "BOOLEAN",
            "TINYINT",
            "BIGINT",
            "HUGEINT",
            "DOUBLE",
            "DECIMAL(9,2)",
            "VARCHAR",
            "BLOB",
            "BIT",
            "DATE",
            "TIME",
            "TIMETZ",
            "TIMESTAMP",
            "TIMESTAMP_S",
            "TIMESTAMP_NS",
            "TIMESTAMPTZ",
            "INTERVAL",
            "UUID",
            "INTEGER[]",
            "INTEGER[3]",
            "STRUCT(a INTEGER)",
            "MAP(INTEGER, VARCHAR)",
            "UNION(a INTEGER, b VARCHAR)",
            "ENUM('x')",
            "BIGNUM",
            "JSON",
        ];

        foreach (var type in types)
            session.Value($"SELECT NULL::{type}").ShouldBeNull(type);
    }

    public void Dispose() => session.Dispose();
}
