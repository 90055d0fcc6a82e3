using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>How long and how much of what was signed for a recipient is handed to the same recipient again.</summary>
public sealed class SignedLinesOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "ShareRegistry:SignedLines";

    /// <summary>How long; never more than a tenth of the time that addresses are good for. Zero: everything is signed anew.</summary>
    [DurationRange("00:00:00", "00:10:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most bytes of memory; an answer of more than a quarter of it is signed anew each time.</summary>
    [Range(0, 16L * 1024 * 1024 * 1024)]
    public long MaxBytes { get; set; } = 128 * 1024 * 1024;
}
