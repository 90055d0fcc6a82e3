using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tideway.Hosting.Messaging;

namespace Tideway.Hosting.Telemetry;

/// <summary>Traces and figures of the bus; attribute names follow the OpenTelemetry conventions for messaging.</summary>
internal static class MessagingTelemetry
{
    public const string Name = "Tideway.Messaging";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    public static Counter<long> Published { get; } = Meter.CreateCounter<long>("tideway.messaging.published", "{message}", "Messages handed to the bus");

    public static Counter<long> Consumed { get; } = Meter.CreateCounter<long>("tideway.messaging.consumed", "{message}", "Messages handled");

    public static Counter<long> Duplicates { get; } =
        Meter.CreateCounter<long>("tideway.messaging.duplicates", "{message}", "Messages that came again and were left out");

    public static Counter<long> Parked { get; } = Meter.CreateCounter<long>("tideway.messaging.parked", "{message}", "Messages given up after retries");

    public static Gauge<long> OutboxLength { get; } =
        Meter.CreateGauge<long>("tideway.messaging.outbox.length", "{message}", "Messages waiting in the outbox of a service");

    public static Gauge<long> ParkedNow { get; } =
        Meter.CreateGauge<long>("tideway.messaging.parked.waiting", "{message}", "Messages that a service gave up and nobody has looked after yet");

    public static Activity? StartConsume(string queue, ReceivedMessage message)
    {
        if (!Source.HasListeners())
            return null;
        var parent = ActivityContext.TryParse(message.TraceParent, null, out var context) ? context : default;
        var activity = Source.StartActivity("process " + queue, ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.message.id", message.MessageId).SetTag("messaging.destination.name", queue);
        return activity;
    }
}
