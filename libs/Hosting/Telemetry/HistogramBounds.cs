using System.Diagnostics.Metrics;

namespace Tideway.Hosting.Telemetry;

/// <summary>Upper bounds of a histogram's buckets: those the instrument advises, else some that suit its unit.</summary>
internal static class HistogramBounds
{
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
    private static readonly double[] Milliseconds = [.. Seconds.Select(bound => bound * 1000)];
    private static readonly double[] Bytes = [.. Enumerable.Range(0, 11).Select(step => 1024 * Math.Pow(4, step))];
    private static readonly double[] Counts = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 10_000, 100_000, 1_000_000];

    public static double[] Of(Instrument instrument)
    {
        var advised = instrument switch
        {
            Instrument<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Instrument<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            Instrument<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            _ => Array.Empty<double>(),
        };
        if (advised.Length > 0)
            return advised;
        return instrument.Unit switch
        {
            "s" => Seconds,
            "ms" => Milliseconds,
            "By" => Bytes,
            _ => Counts,
        };
    }
}
