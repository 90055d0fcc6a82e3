using System.Numerics;

namespace Tideway.DuckDb.Tests;

public sealed class TypeRoundTripTests : IDisposable
{
    private readonly Session session = new();

    public static TheoryData<string, object> Literals => new()
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
        { "{'x': 1, 'y': NULL::VARCHAR}", new Dictionary<string, object?> { ["x"] = 1, ["y"] = null } },
        { "row(1, 'a')", new Dictionary<string, object?> { ["0"] = 1, ["1"] = "a" } },
        { "[1, NULL, 3]", new List<object?> { 1, null, 3 } },
        { "[]::INTEGER[]", new List<object?>() },
        { "[1, 2]::INTEGER[2]", new List<object?> { 1, 2 } },
        { "MAP {'a': 1, 'b': NULL}", new Dictionary<object, object?> { ["a"] = 1, ["b"] = null } },
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
        session.Value("SELECT '-123456789012345678901234567890123456789012345'::BIGNUM")
            .ShouldBe(BigInteger.Parse("-123456789012345678901234567890123456789012345"));
        session.Value("SELECT 255::BIGNUM").ShouldBe(new BigInteger(255));
        session.Value("SELECT 0::BIGNUM").ShouldBe(BigInteger.Zero);
    }

    public void Dispose() => session.Dispose();
}
