using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Tideway.CdfPublisher;

/// <summary>Traces and figures of cdf-publisher.</summary>
internal static class Telemetry
{
    public const string Name = "Tideway.CdfPublisher";

    private static readonly Meter Meter = new(Name);

    public static ActivitySource Source { get; } = new(Name);

    public static Counter<long> VersionsAnnounced { get; } =
        Meter.CreateCounter<long>("tideway.publisher.versions_announced", "{version}", "Versions of published tables that were announced");

    public static Counter<long> LookFailures { get; } =
        Meter.CreateCounter<long>("tideway.publisher.look_failures", "{look}", "Looks at published tables that failed");

    public static Counter<long> DeliveryAttempts { get; } =
        Meter.CreateCounter<long>("tideway.publisher.delivery_attempts", "{attempt}", "Notices sent to partners, by outcome");

    public static Histogram<double> DeliveryDelay { get; } =
        Meter.CreateHistogram<double>("tideway.publisher.delivery_delay", "s", "From noticing a version to the partner's acceptance of the notice");

    public static Counter<long> ChangeFilesHandedOut { get; } =
        Meter.CreateCounter<long>("tideway.publisher.change_files", "{file}", "Files handed out by the change feed");

    public static Gauge<long> TablesWatched { get; } =
        Meter.CreateGauge<long>("tideway.publisher.tables_watched", "{table}", "Tables that this replica watches");

    public static Gauge<long> TablesUnreadable { get; } =
        Meter.CreateGauge<long>("tideway.publisher.tables_unreadable", "{table}", "Tables that this replica watches and cannot read just now");

    public static Gauge<long> DeliveriesPending { get; } =
        Meter.CreateGauge<long>("tideway.publisher.deliveries_pending", "{notice}", "Notices that wait to be sent, by any replica");

    public static Gauge<long> SubscriptionsNotActive { get; } =
        Meter.CreateGauge<long>("tideway.publisher.subscriptions_not_active", "{subscription}", "Subscriptions that are failing or disabled");
}
