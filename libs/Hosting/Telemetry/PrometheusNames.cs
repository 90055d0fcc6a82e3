using System.Diagnostics.Metrics;
using System.Text;

namespace Tideway.Hosting.Telemetry;

/// <summary>Names of instruments and labels as Prometheus has them: <c>tideway.sync.duration</c> in <c>s</c> becomes <c>tideway_sync_duration_seconds</c>.</summary>
internal static class PrometheusNames
{
    public static string OfMetric(Instrument instrument, bool isCounter)
    {
        var name = Sanitize(instrument.Name);
        if (UnitWord(instrument.Unit, isCounter) is { } unit && !name.EndsWith("_" + unit, StringComparison.Ordinal))
            name += "_" + unit;
        if (isCounter && !name.EndsWith("_total", StringComparison.Ordinal))
            name += "_total";
        return name;
    }

    public static string OfLabel(string name) => Sanitize(name);

    /// <summary>A label value or help text with the characters escaped that would end it.</summary>
    public static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    private static string? UnitWord(string? unit, bool isCounter) =>
        unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "%" => "percent",
            "1" => isCounter ? null : "ratio",
            // {message}, {request} and the like say what is counted, which the name does already.
            null or "" or ['{', ..] => null,
            _ => Sanitize(unit),
        };

    private static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var character in name)
            text.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            text.Insert(0, '_');
        return text.ToString();
    }
}
