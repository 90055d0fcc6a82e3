using FsCheck;
using FsCheck.Fluent;
using Tideway.DeltaSharing.Protocol;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Protocol;

public sealed class ValueRulesTests
{
    [Theory]
    [InlineData("2022-01-01T00:00:00Z", "2022-01-01T00:00:00Z")]
    [InlineData("2022-01-01t00:00:00z", "2022-01-01T00:00:00Z")]
    [InlineData("2022-01-01T00:00Z", "2022-01-01T00:00:00Z")]
    [InlineData("2022-01-01T02:30:00+02:30", "2022-01-01T00:00:00Z")]
    [InlineData("2022-01-01T02:30:00 02:30", "2022-01-01T00:00:00Z")]
    [InlineData("2021-12-31T19:00:00.25-05:00", "2022-01-01T00:00:00.250Z")]
    [InlineData("2022-01-01T00:00:00.123456789Z", "2022-01-01T00:00:00.123Z")]
    [ProtocolRule("Timestamp Format", "Times are ISO 8601 with an offset")]
    public void A_time_with_an_offset_is_read(string text, string utc)
    {
        WireTimestamp.TryParse(text, out var value).ShouldBeTrue();

        WireTimestamp.Format(value).ShouldBe(utc);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2022-01-01T00:00:00")]
    [InlineData("2022-01-01 00:00:00")]
    [InlineData("2022-01-01")]
    [InlineData("1640995200000")]
    [InlineData("2022-13-01T00:00:00Z")]
    [InlineData("2022-02-30T00:00:00Z")]
    [InlineData("2022-01-01T25:00:00Z")]
    [InlineData("2022-01-01T00:00:00.12345678xZ")]
    [InlineData("yesterday at noon Z")]
    [InlineData("2022-01-01T00:00:00+25:00")]
    public void A_time_that_could_mean_two_things_or_none_is_refused(string? text) => WireTimestamp.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_written_time_reads_the_same_to_the_millisecond() =>
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).Select(n => DateTimeOffset.FromUnixTimeMilliseconds(n * 117L)).ToArbitrary(),
                time =>
                {
                    WireTimestamp.TryParse(WireTimestamp.Format(time), out var read).ShouldBeTrue();
                    read.ShouldBe(time);
                }
            )
            .Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData("2022-01-01T00:00:00Z", "2022-01-01T00:00:00Z")]
    [InlineData("2022-01-01T00:00:00.001Z", "2022-01-01T00:00:00.001Z")]
    [InlineData("2022-01-01T00:00:00.0000001Z", "2022-01-01T00:00:00.001Z")]
    [InlineData("2022-01-01T00:00:00.9990001Z", "2022-01-01T00:00:01Z")]
    [InlineData("2022-01-01T02:00:00.0015+02:00", "2022-01-01T00:00:00.002Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z")]
    [ProtocolRule(
        "Timestamp Format",
        "Our client never asks for changes from an earlier time than it was given",
        Served = "rounded up to milliseconds, which is what servers know"
    )]
    public void A_time_at_or_after_which_something_was_made_is_never_written_as_an_earlier_one(string text, string written)
    {
        WireTimestamp.TryParse(text, out var time).ShouldBeTrue();

        WireTimestamp.FormatAtOrAfter(time).ShouldBe(written);
    }

    [Theory]
    [InlineData("sales")]
    [InlineData("sales-2026_x")]
    [InlineData("\u65e5\u672c")]
    [InlineData("a%2Fb?#")]
    public void A_plain_name_is_fine_everywhere(string name)
    {
        SharingName.FindShareFault(name).ShouldBeNull();
        SharingName.FindObjectFault(name).ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a\tb")]
    [InlineData("a\0")]
    [InlineData("a\u007f")]
    [ProtocolRule("Names", "Names hold no space, slash or control character")]
    public void A_name_that_the_protocol_forbids_is_refused_everywhere(string? name)
    {
        SharingName.FindShareFault(name).ShouldNotBeNull();
        SharingName.FindObjectFault(name).ShouldNotBeNull();
    }

    [Fact]
    [ProtocolRule("Names", "Names of schemas and tables hold no dot, and none is longer than 255 characters")]
    public void A_dot_is_for_shares_only_and_length_ends_at_255()
    {
        SharingName.FindShareFault("a.b").ShouldBeNull();
        SharingName.FindObjectFault("a.b").ShouldNotBeNull();
        SharingName.FindShareFault(new string('x', 255)).ShouldBeNull();
        SharingName.FindShareFault(new string('x', 256)).ShouldNotBeNull();
    }

    [Fact]
    [ProtocolRule("REST APIs", "Every 4xx and 5xx has a body of errorCode and message")]
    public void An_error_body_is_read_and_written()
    {
        var body = new ErrorBody(ErrorCodes.InvalidParameterValue, "no \"such\" thing");

        ErrorBody.Parse(body.ToJson()).ShouldBe(body);
        ErrorBody.Parse("""{"errorCode":"X"}"""u8).ShouldBe(new ErrorBody("X", ""));
        ErrorBody.Parse("<html>502</html>"u8).ShouldBeNull();
        ErrorBody.Parse("{}"u8).ShouldBeNull();
        ErrorBody.Parse("null"u8).ShouldBeNull();
        ErrorBody.Parse(""u8).ShouldBeNull();
    }
}
