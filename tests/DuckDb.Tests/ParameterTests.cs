namespace Tideway.DuckDb.Tests;

public sealed class ParameterTests : IDisposable
{
    private readonly Session session = new();

    public static TheoryData<object> Values =>
        new()
        {
            true,
            sbyte.MinValue,
            byte.MaxValue,
            short.MinValue,
            ushort.MaxValue,
            int.MinValue,
            uint.MaxValue,
            long.MinValue,
            ulong.MaxValue,
            Int128.MinValue,
            UInt128.MaxValue,
            1.25f,
            double.MaxValue,
            79228162514264337593543950335m,
            -0.0000000000000000000000000001m,
            0m,
            120m,
            "",
            "it's; DROP TABLE t --",
            "nul \0 inside",
            "\u20AC\U0001F600",
            new byte[] { 0, 1, 255 },
            Array.Empty<byte>(),
            DateOnly.MinValue,
            DateOnly.MaxValue,
            new TimeOnly(23, 59, 59),
            new DateTime(1, 1, 1),
            new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Unspecified),
            new DateTimeOffset(1969, 12, 31, 23, 59, 59, TimeSpan.Zero),
            new DuckDbInterval(1, -2, 3),
            Guid.Parse("80000000-0000-0000-0000-000000000001"),
        };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_comes_back_as_it_went_in(object value) => session.Value("SELECT ?", value).ShouldBeEquivalentTo(value);

    [Fact]
    public void Null_is_bound() => session.Rows("SELECT ?::INTEGER, ? IS NULL", null, null).ShouldHaveSingleItem().ShouldBe([null, true]);

    [Fact]
    public void A_list_is_bound()
    {
        session.Value("SELECT ?", new object[] { new[] { "a", null, "c" } }).ShouldBeEquivalentTo(new List<object?> { "a", null, "c" });
        session.Value("SELECT count(*) FROM range(10) t(i) WHERE i IN (SELECT unnest(?))", new object[] { new long[] { 1, 2, 77 } }).ShouldBe(2L);
        session.Value("SELECT len(?)", new object[] { new List<int>() }).ShouldBe(0L);
    }

    [Fact]
    public void A_timestamp_with_an_offset_is_the_same_instant()
    {
        var noon = new DateTimeOffset(2024, 6, 1, 12, 0, 0, TimeSpan.FromHours(2));

        session.Value("SELECT ?", noon).ShouldBe(noon.ToUniversalTime());
        session.Value("SELECT epoch_us(?)", noon).ShouldBe(noon.ToUnixTimeMilliseconds() * 1000);
    }

    [Fact]
    public void Ticks_below_a_microsecond_are_cut_off_downwards() =>
        session.Value("SELECT ?", DateTime.UnixEpoch.AddTicks(-1)).ShouldBe(new DateTime(1969, 12, 31, 23, 59, 59, 999, 999));

    [Fact]
    public void A_local_time_is_refused() =>
        Should.Throw<ArgumentException>(() => session.Value("SELECT ?", new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Local)));

    [Fact]
    public void A_value_without_a_duckdb_type_is_refused() => Should.Throw<ArgumentException>(() => session.Value("SELECT ?", new object()));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_wrong_number_of_values_is_refused(int count) =>
        Should
            .Throw<ArgumentException>(() => session.Rows("SELECT ?, ?", Enumerable.Repeat<object?>(1, count).ToArray()))
            .Message.ShouldContain("takes 2 parameters");

    [Fact]
    public void Numbered_parameters_can_be_used_twice() => session.Rows("SELECT $2, $1, $2", 1, "two").ShouldHaveSingleItem().ShouldBe(["two", 1, "two"]);

    public void Dispose() => session.Dispose();
}
