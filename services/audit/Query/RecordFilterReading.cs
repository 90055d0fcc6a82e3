using System.Globalization;
using Tideway.Audit.Records;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Query;

/// <summary>Reads a filter from the query parameters of a request. A parameter that is not known is refused: ignored, it would show too much.</summary>
internal static class RecordFilterReading
{
    private static readonly string[] TimeFormats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>The filter, or what is wrong with it.</summary>
    public static (RecordFilter? Filter, string? Problem) Read(IQueryCollection query, params ReadOnlySpan<string> otherNames)
    {
        var equal = new Dictionary<string, string>(StringComparer.Ordinal);
        long? start = null;
        long? end = null;
        string? requestId = null;
        foreach (var (name, values) in query)
        {
            if (otherNames.Contains(name))
                continue;
            if (values.Count != 1 || string.IsNullOrEmpty(values[0]))
                return (null, $"{name} must be given once and not be empty; it came {values.Count} times.");
            var value = values[0]!;
            if (name is "start_time" or "end_time")
            {
                if (ReadTime(value) is not { } time)
                    return (null, $"{name} must be a time such as 2026-11-23T10:00:00Z or milliseconds since 1970; got '{value}'.");
                if (name == "start_time")
                    start = time;
                else
                    end = time;
            }
            else if (name == "request_id")
            {
                requestId = value;
            }
            else if (!RecordFilter.Columns.ContainsKey(name))
            {
                return (null, $"{name} is not a parameter of this request; known are {string.Join(", ", Known(otherNames))}.");
            }
            else if (AllowedValues(name) is { } allowed && !allowed.Contains(value, StringComparer.Ordinal))
            {
                return (null, $"{name} must be one of {string.Join(", ", allowed)}; got '{value}'.");
            }
            else
            {
                equal.Add(name, value);
            }
        }

        if (start >= end)
            return (null, $"start_time must be before end_time; got '{query["start_time"]}' and '{query["end_time"]}'.");
        return (
            new RecordFilter
            {
                StartTime = start,
                EndTime = end,
                RequestId = requestId,
                Equal = equal,
            },
            null
        );
    }

    private static IEnumerable<string> Known(ReadOnlySpan<string> otherNames) =>
        [.. RecordFilter.Columns.Keys, "start_time", "end_time", "request_id", .. otherNames];

    private static IReadOnlyList<string>? AllowedValues(string name) =>
        name switch
        {
            "direction" => Direction.All,
            "decision" => Decision.All,
            _ => null,
        };

    private static long? ReadTime(string value)
    {
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds))
            return Math.Abs(milliseconds) <= long.MaxValue / 1000 ? milliseconds * 1000 : null;
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(value, TimeFormats, CultureInfo.InvariantCulture, Styles, out var time) ? DatabaseTime.ToMicroseconds(time) : null;
    }
}
