using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync;

/// <summary>Figures and traces of inbound-sync.</summary>
internal static class Telemetry
{
    private const string Name = "Tideway.InboundSync";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("tideway.inbound.runs", "{run}", "Runs that ended");
    private static readonly Counter<long> Files = Meter.CreateCounter<long>("tideway.inbound.files", "{file}", "Files downloaded from providers");
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("tideway.inbound.bytes", "By", "Bytes downloaded from providers");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("tideway.inbound.run.duration", "s", "How long a run took");

    private static IReadOnlyList<(string Sync, string Provider, double Seconds)> lags = [];

    static Telemetry() =>
        Meter.CreateObservableGauge(
            "tideway.inbound.lag",
            () => Volatile.Read(ref lags).Select(lag => new Measurement<double>(lag.Seconds, Tag("sync", lag.Sync), Tag("provider", lag.Provider))),
            "s",
            "Time since a local table was last known to hold the newest remote version"
        );

    public static Activity? RunBegins(Sync sync) =>
        Source.StartActivity("sync", ActivityKind.Internal)?.SetTag("tideway.sync", sync.Name).SetTag("tideway.sync.mode", sync.Mode);

    public static void RunEnded(Sync sync, SyncRun run, RunProgress progress)
    {
        var provider = Tag("provider", sync.ProviderName);
        Runs.Add(1, provider, Tag("mode", sync.Mode), Tag("outcome", run.State));
        Files.Add(progress.FilesFetched, provider);
        Bytes.Add(progress.BytesFetched, provider);
        Duration.Record((run.FinishedAt!.Value - run.StartedAt).TotalSeconds, provider, Tag("mode", sync.Mode), Tag("outcome", run.State));
    }

    public static void LagsAre(IReadOnlyList<(string Sync, string Provider, double Seconds)> now) => Volatile.Write(ref lags, now);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
