using System.ComponentModel.DataAnnotations;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>How much a <see cref="SnapshotCache"/> keeps, and how much it does at a time.</summary>
public sealed class SnapshotCacheOptions
{
    /// <summary>Most snapshots: the latest one of each table, and older versions that were asked for; and as many descriptions of versions.</summary>
    /// <value>200</value>
    [Range(1, 100_000)]
    public int MaxVersions { get; set; } = 200;

    /// <summary>
    /// Most bytes of memory that they hold together. A file takes the text of its path and statistics and about 60 bytes more. What was asked for last is kept
    /// whatever its size.
    /// </summary>
    /// <value>1 GiB</value>
    [Range(0, long.MaxValue)]
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>Most logs that are read at a time, as reading takes memory too; who asks for more waits for a turn.</summary>
    /// <value>8</value>
    [Range(1, 1000)]
    public int ReadsAtOnce { get; set; } = 8;
}
