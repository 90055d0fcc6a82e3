using System.CommandLine.Parsing;
using System.Globalization;

namespace Tideway.Cli.CommandLine;

/// <summary>Durations as people write them: <c>90</c> or <c>90s</c>, <c>15m</c>, <c>12h</c>, <c>7d</c>.</summary>
internal static class DurationText
{
    public static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (TryParse(text, out var duration))
            return duration;
        result.AddError($"A duration such as 90s, 15m, 12h or 7d was expected; got '{text}'.");
        return TimeSpan.Zero;
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text.Length == 0)
            return false;
        var (digits, unit) = text[^1] switch
        {
            's' => (text[..^1], TimeSpan.FromSeconds(1)),
            'm' => (text[..^1], TimeSpan.FromMinutes(1)),
            'h' => (text[..^1], TimeSpan.FromHours(1)),
            'd' => (text[..^1], TimeSpan.FromDays(1)),
            _ => (text, TimeSpan.FromSeconds(1)),
        };
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > TimeSpan.MaxValue / unit)
            return false;
        duration = number * unit;
        return true;
    }
}
