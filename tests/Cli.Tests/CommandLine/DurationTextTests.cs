using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Tests.CommandLine;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("12h", 43200)]
    [InlineData("7d", 604800)]
    public void A_duration_is_a_number_with_a_unit(string text, int seconds)
    {
        DurationText.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1")]
    [InlineData("1.5h")]
    [InlineData("1w")]
    [InlineData("00:05:00")]
    [InlineData("2000000000d")]
    public void Anything_else_is_not(string text) => DurationText.TryParse(text, out _).ShouldBeFalse();
}
