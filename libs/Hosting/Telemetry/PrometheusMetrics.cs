using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Tideway.Hosting.Telemetry;

/// <summary>Keeps the figures of this process's instruments and writes them in the Prometheus text format 0.0.4.</summary>
internal sealed partial class PrometheusMetrics : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly ConcurrentDictionary<string, MetricFamily> families = new(StringComparer.Ordinal);
    private readonly MeterListener listener = new();
    private readonly Lock reading = new();
    private readonly ILogger<PrometheusMetrics> logger;

    public PrometheusMetrics(ILogger<PrometheusMetrics> logger)
    {
        this.logger = logger;
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (IsOurs(instrument.Meter.Name))
                l.EnableMeasurementEvents(instrument, FamilyOf(instrument));
        };
        listener.SetMeasurementEventCallback<long>(static (_, measured, tags, family) => ((MetricFamily)family!).Record(measured, tags));
        listener.SetMeasurementEventCallback<int>(static (_, measured, tags, family) => ((MetricFamily)family!).Record(measured, tags));
        listener.SetMeasurementEventCallback<double>(static (_, measured, tags, family) => ((MetricFamily)family!).Record(measured, tags));
        listener.SetMeasurementEventCallback<float>(static (_, measured, tags, family) => ((MetricFamily)family!).Record(measured, tags));
        listener.SetMeasurementEventCallback<short>(static (_, measured, tags, family) => ((MetricFamily)family!).Record(measured, tags));
        listener.SetMeasurementEventCallback<byte>(static (_, measured, tags, family) => ((MetricFamily)family!).Record(measured, tags));
        listener.SetMeasurementEventCallback<decimal>(static (_, measured, tags, family) => ((MetricFamily)family!).Record((double)measured, tags));
        listener.Start();
    }

    public string Write()
    {
        var text = new StringBuilder();
        lock (reading)
        {
            foreach (var family in families.Values.Where(family => family.IsObservable))
                family.Clear();
            try
            {
                listener.RecordObservableInstruments();
            }
            catch (AggregateException exception)
            {
                // The instruments that could be observed have been; one that could not must not hide them.
                ObservationFailed(logger, exception);
            }

            foreach (var family in families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
                family.Write(text);
            ProcessFigures.Write(text);
        }

        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    // Instruments of the same name, as of two hosts in one process, are one metric.
    private MetricFamily FamilyOf(Instrument instrument)
    {
        var family = new MetricFamily(instrument);
        return families.GetOrAdd(family.Name, family);
    }

    private static bool IsOurs(string meter)
    {
        if (string.Equals(meter, TelemetryExport.NoisyMeter, StringComparison.Ordinal))
            return false;
        foreach (var name in TelemetryExport.Meters)
        {
            if (name.EndsWith('*') ? meter.StartsWith(name[..^1], StringComparison.Ordinal) : string.Equals(meter, name, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    [LoggerMessage(400, LogLevel.Warning, "Some instruments could not be observed")]
    private static partial void ObservationFailed(ILogger logger, Exception exception);
}
