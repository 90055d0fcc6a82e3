using System.Globalization;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>Points in time as the protocol writes them: ISO 8601 with an offset, such as <c>2022-01-01T00:00:00Z</c>.</summary>
public static class WireTimestamp
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mmzzz"];

    /// <summary>Reads a point in time. One without an offset is none. Digits below 100 ns are dropped.</summary>
    public static bool TryParse(string? text, out DateTimeOffset value)
    {
        value = default;
        if (text is null || text.Length is < 17 or > 40)
            return false;
        var upper = text.ToUpperInvariant();
        if (upper.EndsWith('Z'))
            upper = upper[..^1] + "+00:00";
        // A plus that a client did not escape arrives as a blank.
        else if (upper[^6] == ' ')
            upper = upper[..^6] + "+" + upper[^5..];
        var dot = upper.IndexOf('.', StringComparison.Ordinal);
        var offset = upper.Length - 6;
        if (dot >= 0 && offset - dot > 8)
        {
            if (upper.AsSpan(dot + 1, offset - dot - 1).ContainsAnyExceptInRange('0', '9'))
                return false;
            upper = upper[..(dot + 8)] + upper[offset..];
        }

        return DateTimeOffset.TryParseExact(upper, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out value);
    }

    /// <summary>
    /// The same for a time at or after which something was made. Servers know no more than milliseconds, so one that is cut down to them would be before it.
    /// </summary>
    public static string FormatAtOrAfter(DateTimeOffset value)
    {
        var above = value.UtcTicks % TimeSpan.TicksPerMillisecond;
        var missing = above == 0 ? 0 : TimeSpan.TicksPerMillisecond - above;
        return Format(DateTimeOffset.MaxValue.UtcTicks - value.UtcTicks < missing ? DateTimeOffset.MaxValue : value.AddTicks(missing));
    }

    /// <summary>Writes a point in time in UTC, with milliseconds where there are any; what is below is cut off.</summary>
    public static string Format(DateTimeOffset value)
    {
        var utc = value.UtcDateTime;
        return utc.ToString(utc.Millisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
