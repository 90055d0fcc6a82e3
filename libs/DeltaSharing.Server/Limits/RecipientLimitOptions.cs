using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.DeltaSharing.Server.Limits;

/// <summary>How much of the service one recipient may take up, so that there is enough for the others. What is beyond gets 429 and when to come again.</summary>
public sealed class RecipientLimitOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "RecipientLimits";

    /// <summary>How many calls a second a recipient may make in the long run; 0 for any number.</summary>
    [Range(0, 1_000_000)]
    public double CallsPerSecond { get; set; } = 200;

    /// <summary>How many it may make at once after a pause.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; set; } = 2_000;

    /// <summary>How many of its calls may be under way in this process; 0 for any number. An answer is under way until its last byte is in the buffers of the connection.</summary>
    [Range(0, 1_000_000)]
    public int ConcurrentCalls { get; set; } = 200;

    /// <summary>
    /// How many files may be on their way to a recipient from this process at a time, by signed addresses that this process serves; 0 for any number. Clusters
    /// read with a connection for each core.
    /// </summary>
    [Range(0, 1_000_000)]
    public int ConcurrentFiles { get; set; } = 1_000;

    /// <summary>Further refusals of a recipient within this time are recorded together.</summary>
    [DurationRange("00:00:00.100", "01:00:00")]
    public TimeSpan RecordInterval { get; set; } = TimeSpan.FromSeconds(10);
}
