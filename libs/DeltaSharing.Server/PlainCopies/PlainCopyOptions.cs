using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>Copies of files for clients that read only plain Parquet.</summary>
public sealed class PlainCopyOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "PlainCopies";

    /// <summary>The section's name before more than one service made copies; it is still read.</summary>
    public const string FormerSection = "ShareRegistry:PlainCopies";

    /// <summary>Name of the storage root that the folder is.</summary>
    public const string RootName = "plain-copies";

    /// <summary>
    /// Where the copies are kept, and nothing else: an absolute path on local disk or the URL of a place in an object store (settings of access are those of
    /// the storage root <see cref="RootName"/>). The same for all services and replicas. Where not set, such clients are refused what they cannot read.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>Most bytes of copies. An answer that alone needs more is refused.</summary>
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
