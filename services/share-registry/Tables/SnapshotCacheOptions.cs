using System.ComponentModel.DataAnnotations;

namespace Tideway.ShareRegistry.Tables;

/// <summary>How much of the tables' logs is kept in memory.</summary>
public sealed class SnapshotCacheOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "ShareRegistry:SnapshotCache";

    /// <summary>Most tables.</summary>
    [Range(1, 100_000)]
    public int MaxTables { get; set; } = 200;

    /// <summary>Most files of all tables together; a file takes about half a kilobyte. The table asked for last is kept whatever its size.</summary>
    [Range(1, 1_000_000_000)]
    public long MaxFiles { get; set; } = 4_000_000;
}
