using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.ShareRegistry.PlainCopies;

/// <summary>Copies of files for clients that read only plain Parquet.</summary>
public sealed class PlainCopyOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "ShareRegistry:PlainCopies";

    /// <summary>Name of the storage root that the folder is.</summary>
    public const string RootName = "plain-copies";

    /// <summary>A folder on local disk that holds nothing else, the same for all replicas. Where not set, such clients are refused tables that they cannot read.</summary>
    public string? Folder { get; set; }

    /// <summary>Most bytes of copies. A table that alone needs more is refused.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; set; } = 50L * 1024 * 1024 * 1024;

    /// <summary>How many files are written at a time.</summary>
    [Range(1, 64)]
    public int AtOnce { get; set; } = 2;

    /// <summary>Bytes of memory that writing them may use.</summary>
    [Range(64L * 1024 * 1024, long.MaxValue)]
    public long MemoryBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>How long a copy is kept after it was handed out last.</summary>
    [DurationRange("00:01:00", "365.00:00:00")]
    public TimeSpan MaxIdle { get; set; } = TimeSpan.FromDays(3);
}
