using System.Diagnostics.Metrics;

namespace Tideway.Hosting.Telemetry;

/// <summary>How the measurements of an instrument are put together.</summary>
internal enum MetricKind
{
    /// <summary>They add up and never fall.</summary>
    Counter,

    /// <summary>They add up and may fall.</summary>
    UpDown,

    /// <summary>The last one counts.</summary>
    Gauge,

    /// <summary>They are counted by size.</summary>
    Histogram,
}

internal static class MetricKinds
{
    public static MetricKind Of(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        if (type == typeof(Counter<>) || type == typeof(ObservableCounter<>))
            return MetricKind.Counter;
        if (type == typeof(Histogram<>))
            return MetricKind.Histogram;
        return type == typeof(UpDownCounter<>) || type == typeof(ObservableUpDownCounter<>) ? MetricKind.UpDown : MetricKind.Gauge;
    }
}
