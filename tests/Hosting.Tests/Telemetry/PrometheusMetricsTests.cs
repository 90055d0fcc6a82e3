using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Tideway.Hosting.Telemetry;

namespace Tideway.Hosting.Tests.Telemetry;

public sealed class PrometheusMetricsTests : IDisposable
{
    // A name of its own for every test, because a listener hears all meters of the process.
    private readonly string prefix = "t" + Guid.CreateVersion7().ToString("N");
    private readonly Meter meter = new("Tideway.Tests");
    private readonly PrometheusMetrics metrics = new(NullLogger<PrometheusMetrics>.Instance);

    public void Dispose()
    {
        metrics.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_under_its_labels()
    {
        var counter = meter.CreateCounter<long>(prefix + ".reads", "{read}", "Reads of a table");

        counter.Add(2, new KeyValuePair<string, object?>("share.name", "a\"b\\c\nd"), new KeyValuePair<string, object?>("ok", true));
        counter.Add(3, new KeyValuePair<string, object?>("ok", true), new KeyValuePair<string, object?>("share.name", "a\"b\\c\nd"));
        counter.Add(1);

        Lines()
            .ShouldBe([
                $"# HELP {prefix}_reads_total Reads of a table",
                $"# TYPE {prefix}_reads_total counter",
                $"{prefix}_reads_total 1",
                $$"""{{prefix}}_reads_total{ok="True",share_name="a\"b\\c\nd"} 5""",
            ]);
    }

    [Fact]
    public void A_histogram_has_cumulative_buckets_a_sum_and_a_count()
    {
        var histogram = meter.CreateHistogram(
            prefix + ".duration",
            "s",
            "How long it took",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] }
        );

        histogram.Record(0.1);
        histogram.Record(0.5);
        histogram.Record(7);

        Lines()
            .ShouldBe([
                $"# HELP {prefix}_duration_seconds How long it took",
                $"# TYPE {prefix}_duration_seconds histogram",
                $$"""{{prefix}}_duration_seconds_bucket{le="0.1"} 1""",
                $$"""{{prefix}}_duration_seconds_bucket{le="1"} 2""",
                $$"""{{prefix}}_duration_seconds_bucket{le="+Inf"} 3""",
                $"{prefix}_duration_seconds_sum 7.6",
                $"{prefix}_duration_seconds_count 3",
            ]);
    }

    [Fact]
    public void A_number_that_may_fall_is_a_gauge_that_adds_up()
    {
        var open = meter.CreateUpDownCounter<int>(prefix + ".open", "{connection}");

        open.Add(5);
        open.Add(-2);

        Lines().ShouldContain($"# TYPE {prefix}_open gauge");
        Lines().ShouldContain($"{prefix}_open 3");
    }

    [Fact]
    public void The_last_measurement_of_a_gauge_counts()
    {
        var level = meter.CreateGauge<double>(prefix + ".level", "1");

        level.Record(0.25);
        level.Record(0.75);

        Lines().ShouldContain($"{prefix}_level_ratio 0.75");
    }

    [Fact]
    public void What_is_observed_is_read_anew_each_time_and_what_is_gone_is_left_out()
    {
        var tables = new List<string> { "a", "b" };
        meter.CreateObservableGauge(
            prefix + ".lag",
            () => tables.Select(table => new Measurement<long>(table.Length, new KeyValuePair<string, object?>("table", table))),
            "s"
        );

        Lines().Count(line => line.Contains("table=", StringComparison.Ordinal)).ShouldBe(2);
        tables.Remove("a");

        Lines().Single(line => line.Contains("table=", StringComparison.Ordinal)).ShouldBe($$"""{{prefix}}_lag_seconds{table="b"} 1""");
    }

    [Fact]
    public void An_observable_counter_shows_the_value_it_gives()
    {
        meter.CreateObservableCounter(prefix + ".bytes", () => 42L, "By");

        Lines().ShouldContain($"{prefix}_bytes_total 42");
        Lines().ShouldContain($"{prefix}_bytes_total 42");
    }

    [Fact]
    public void An_instrument_that_cannot_be_observed_does_not_hide_the_others()
    {
        meter.CreateObservableGauge(prefix + ".broken", long () => throw new InvalidOperationException("no"));
        meter.CreateObservableGauge(prefix + ".whole", () => 1L);

        Lines().ShouldContain($"{prefix}_whole 1");
    }

    [Fact]
    public void The_number_of_series_is_bounded()
    {
        var counter = meter.CreateCounter<long>(prefix + ".wild");

        for (var i = 0; i < MetricFamily.MostSeries + 50; i++)
            counter.Add(1, new KeyValuePair<string, object?>("id", i));

        Lines().Count(line => line.Contains("_wild_total{", StringComparison.Ordinal)).ShouldBe(MetricFamily.MostSeries + 1);
        Lines().ShouldContain($$"""{{prefix}}_wild_total{overflow="true"} 50""");
    }

    [Fact]
    public void A_measurement_with_tags_that_were_seen_before_makes_nothing()
    {
        var counter = meter.CreateCounter<long>(prefix + ".blocks");
        object pool = "kestrel";
        counter.Add(1, new KeyValuePair<string, object?>("pool", pool));
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("pool", pool));

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000);
        Lines().ShouldContain($$"""{{prefix}}_blocks_total{pool="kestrel"} 1001""");
    }

    [Fact]
    public void Blocks_of_buffers_are_not_counted_one_by_one()
    {
        using var noisy = new Meter("Microsoft.AspNetCore.MemoryPool");
        noisy.CreateCounter<long>(prefix + ".rented").Add(1);

        Lines().ShouldBeEmpty();
    }

    [Fact]
    public void Instruments_of_others_are_left_out()
    {
        using var other = new Meter("Somebody.Else");
        other.CreateCounter<long>(prefix + ".foreign").Add(1);

        Lines().ShouldBeEmpty();
    }

    [Fact]
    public void The_process_shows_its_memory_threads_and_collections()
    {
        var text = metrics.Write();

        text.ShouldContain("\nprocess_resident_memory_bytes ");
        text.ShouldContain("\nprocess_threads ");
        text.ShouldContain("dotnet_collections_total{generation=\"0\"} ");
    }

    private List<string> Lines() => [.. metrics.Write().Split('\n').Where(line => line.Contains(prefix, StringComparison.Ordinal))];
}
