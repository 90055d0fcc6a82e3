using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Tideway.Hosting.Telemetry;

/// <summary>All series of one metric. The number of sets of labels is bounded; what comes beyond is kept together under <c>overflow="true"</c>.</summary>
internal sealed class MetricFamily
{
    public const int MostSeries = 1000;

    private const string Overflow = "overflow=\"true\"";

    private readonly ConcurrentDictionary<string, MetricSeries> series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], MetricSeries> byTags = new(TagsComparer.Instance);
    private readonly string help;
    private readonly MetricKind kind;
    private readonly double[]? bounds;

    public MetricFamily(Instrument instrument)
    {
        kind = MetricKinds.Of(instrument);
        IsObservable = instrument.IsObservable;
        Name = PrometheusNames.OfMetric(instrument, kind == MetricKind.Counter);
        help = instrument.Description is { Length: > 0 } description ? description : instrument.Name;
        bounds = kind == MetricKind.Histogram ? HistogramBounds.Of(instrument) : null;
    }

    public string Name { get; }

    public bool IsObservable { get; }

    public void Record(double measured, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var target = Find(tags);
        if (kind == MetricKind.Histogram)
            target.Observe(measured);
        else if (IsObservable || kind == MetricKind.Gauge)
            target.Set(measured);
        else
            target.Add(measured);
    }

    /// <summary>Forgets every series; what is observed is written anew at each reading, and what no longer exists goes.</summary>
    public void Clear()
    {
        series.Clear();
        byTags.Clear();
    }

    public void Write(StringBuilder text)
    {
        if (series.IsEmpty)
            return;
        var type = kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        text.Append("# HELP ").Append(Name).Append(' ').Append(PrometheusNames.Escape(help, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(type).Append('\n');
        foreach (var (labels, figures) in series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (kind == MetricKind.Histogram)
                WriteHistogram(text, labels, figures);
            else
                WriteLine(text, Name, labels, figures.Read().Value);
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, MetricSeries figures)
    {
        var (sum, count, buckets) = figures.Read();
        var soFar = 0L;
        var separator = labels.Length == 0 ? "" : ",";
        for (var i = 0; i < buckets.Length; i++)
        {
            soFar += buckets[i];
            var bound = i < bounds!.Length ? Number(bounds[i]) : "+Inf";
            WriteLine(text, Name + "_bucket", $"{labels}{separator}le=\"{bound}\"", soFar);
        }

        WriteLine(text, Name + "_sum", labels, sum);
        WriteLine(text, Name + "_count", labels, count);
    }

    private static void WriteLine(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        value switch
        {
            double.PositiveInfinity => "+Inf",
            double.NegativeInfinity => "-Inf",
            _ => value.ToString("R", CultureInfo.InvariantCulture),
        };

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // Some instruments measure thousands of times a second: labels are written only for tags that were not seen before.
        if (byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>().TryGetValue(tags, out var known))
            return known;
        var labels = Labels(tags);
        if (!series.TryGetValue(labels, out var found))
            found = series.GetOrAdd(series.Count < MostSeries ? labels : Overflow, static (_, b) => new MetricSeries(b), bounds);
        if (byTags.Count < MostSeries)
            byTags.TryAdd(tags.ToArray(), found);
        return found;
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
        {
            if (value is not null)
                labels[PrometheusNames.OfLabel(name)] = PrometheusNames.Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", quotes: true);
        }

        return string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""));
    }
}
