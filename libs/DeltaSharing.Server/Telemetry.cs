using System.Diagnostics.Metrics;
using Tideway.DeltaSharing.Server.Limits;

namespace Tideway.DeltaSharing.Server;

/// <summary>What is measured of protocol calls, whichever service answers them.</summary>
internal static class Telemetry
{
    private static readonly Meter Meter = new("Tideway.DeltaSharing.Server");

    private static readonly Counter<long> RefusedCalls = Meter.CreateCounter<long>(
        "tideway.delta_sharing.refused_calls",
        "{call}",
        "Calls and reads of files refused with 429 because their recipient was beyond its limits, by limit"
    );

    /// <summary>Files written again as plain Parquet.</summary>
    public static Counter<long> PlainCopies { get; } =
        Meter.CreateCounter<long>("tideway.delta_sharing.plain_copies", "{file}", "Files written again for clients that read only plain Parquet");

    public static void CountRefusal(LimitKind limit) => RefusedCalls.Add(1, new KeyValuePair<string, object?>("limit", NameOf(limit)));

    private static string NameOf(LimitKind limit) =>
        limit switch
        {
            LimitKind.ConcurrentCalls => "concurrent_calls",
            LimitKind.ConcurrentFiles => "concurrent_files",
            _ => "calls_per_second",
        };
}
