using System.Globalization;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>Intervals in table properties, such as <c>interval 7 days</c>.</summary>
internal static class IntervalText
{
    private const double LongestDays = 365_250;
    private static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultLogRetention = TimeSpan.FromDays(30);

    /// <summary>How long removed files are kept.</summary>
    public static TimeSpan Retention(Metadata metadata) =>
        metadata.Configuration.TryGetValue(TableProperties.DeletedFileRetention, out var text) && Parse(text) is { } interval ? interval : DefaultRetention;

    /// <summary>How long commits are kept.</summary>
    public static TimeSpan LogRetention(Metadata metadata) =>
        metadata.Configuration.TryGetValue(TableProperties.LogRetention, out var text) && Parse(text) is { } interval ? interval : DefaultLogRetention;

    /// <summary>
    /// The interval; <see langword="null"/> where it is none, goes backwards, or has months, whose length is not fixed. One that is longer than a
    /// thousand years is taken as that, so that times can be reckoned with it.
    /// </summary>
    public static TimeSpan? Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is ["interval" or "INTERVAL", ..])
            words = words[1..];
        if (words.Length == 0 || words.Length % 2 != 0)
            return null;
        var days = 0.0;
        for (var index = 0; index < words.Length; index += 2)
        {
            if (
                !long.TryParse(words[index], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
                || Unit(words[index + 1]) is not { } unit
            )
                return null;
            days += unit.TotalDays * amount;
        }

        return days < 0 ? null : TimeSpan.FromDays(Math.Min(days, LongestDays));
    }

    private static TimeSpan? Unit(string word) =>
        word.ToLowerInvariant().TrimEnd('s') switch
        {
            "week" => TimeSpan.FromDays(7),
            "day" => TimeSpan.FromDays(1),
            "hour" => TimeSpan.FromHours(1),
            "minute" => TimeSpan.FromMinutes(1),
            "second" => TimeSpan.FromSeconds(1),
            "millisecond" => TimeSpan.FromMilliseconds(1),
            "microsecond" => TimeSpan.FromMicroseconds(1),
            _ => null,
        };
}
