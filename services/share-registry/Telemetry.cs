using System.Diagnostics.Metrics;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.ShareRegistry;

/// <summary>What the service measures.</summary>
internal static class Telemetry
{
    public const string Name = "Tideway.ShareRegistry";

    private static readonly Meter Meter = new(Name);

    /// <summary>How a version of a table was found, by <c>outcome</c>: unchanged, updated, loaded, version.</summary>
    public static readonly Counter<long> SnapshotReads = Meter.CreateCounter<long>(
        "tideway.share_registry.snapshot_reads",
        "{read}",
        "Looks at the latest version of a table"
    );

    /// <summary>How long that took where there was anything to read.</summary>
    public static readonly Histogram<double> SnapshotReadDuration = Meter.CreateHistogram<double>(
        "tideway.share_registry.snapshot_read.duration",
        "s",
        "Time to read new commits of a table, or its whole log"
    );

    /// <summary>Files asked for by signed addresses, by <c>status</c>.</summary>
    public static readonly Counter<long> FileReads = Meter.CreateCounter<long>(
        "tideway.share_registry.file_reads",
        "{read}",
        "Reads of files by signed addresses"
    );

    /// <summary>Bytes of files sent.</summary>
    public static readonly Counter<long> FileBytes = Meter.CreateCounter<long>(
        "tideway.share_registry.file_bytes",
        "By",
        "Bytes of files handed out by signed addresses"
    );

    /// <summary>Counts a look at a table.</summary>
    public static void Record(SnapshotRead read)
    {
        var outcome = read.Kind switch
        {
            SnapshotReadKind.Unchanged => "unchanged",
            SnapshotReadKind.Updated => "updated",
            SnapshotReadKind.Loaded => "loaded",
            _ => "version",
        };
        SnapshotReads.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        if (read.Kind != SnapshotReadKind.Unchanged)
            SnapshotReadDuration.Record(read.Duration.TotalSeconds);
    }
}
