using System.ComponentModel.DataAnnotations;

namespace Tideway.ShareRegistry.Tables;

/// <summary>How much of the tables' logs is kept in memory.</summary>
public sealed class SnapshotCacheOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "ShareRegistry:SnapshotCache";

    /// <summary>Most versions: the latest one of each table, and older ones that were asked for.</summary>
    [Range(1, 100_000)]
    public int MaxVersions { get; set; } = 200;

    /// <summary>Most files of all of them together; a file takes the text of its path and statistics and about 60 bytes more. The version asked for last is kept whatever its size.</summary>
    [Range(1, 1_000_000_000)]
    public long MaxFiles { get; set; } = 4_000_000;

    /// <summary>Most logs that are read at a time.</summary>
    [Range(1, 1000)]
    public int ReadsAtOnce { get; set; } = 8;
}
