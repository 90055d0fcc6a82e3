namespace Tideway.Hosting.Telemetry;

/// <summary>The figures of one instrument under one set of labels.</summary>
internal sealed class MetricSeries(double[]? bounds)
{
    private readonly Lock gate = new();
    private readonly long[]? buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double value;
    private long count;

    public void Add(double by)
    {
        lock (gate)
            value += by;
    }

    public void Set(double to)
    {
        lock (gate)
            value = to;
    }

    public void Observe(double measured)
    {
        var bucket = Array.BinarySearch(bounds!, measured);
        lock (gate)
        {
            buckets![bucket < 0 ? ~bucket : bucket]++;
            value += measured;
            count++;
        }
    }

    /// <summary>The value or sum, the number of measurements, and how many fell into each bucket.</summary>
    public (double Value, long Count, long[] Buckets) Read()
    {
        lock (gate)
            return (value, count, buckets is null ? [] : [.. buckets]);
    }
}
