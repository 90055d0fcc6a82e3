using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.CdfPublisher;

/// <summary>How published tables are watched.</summary>
public sealed class CdfPublisherOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "CdfPublisher";

    /// <summary>How often each table is asked for a new version.</summary>
    [DurationRange("00:00:00.050", "1.00:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait until a table that could not be read is tried again; waits double from <see cref="PollInterval"/> up to this.</summary>
    [DurationRange("00:00:00.050", "1.00:00:00")]
    public TimeSpan MaxErrorDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often it is checked that the last version seen is still the same file, which tells a table that was removed or made anew.</summary>
    [DurationRange("00:00:00.050", "1.00:00:00")]
    public TimeSpan VerifyInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one look at a table may take, reading of new commits included.</summary>
    [DurationRange("00:00:01", "01:00:00")]
    public TimeSpan LookTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most tables that are looked at at the same time.</summary>
    [Range(1, 1024)]
    public int Parallelism { get; set; } = 8;

    /// <summary>Most versions that are announced in one transaction; a table far behind takes several.</summary>
    [Range(1, 10_000)]
    public int MaxVersionsPerStep { get; set; } = 200;

    /// <summary>How long a replica has the watch of a table without renewing it. Another replica takes over after this.</summary>
    [DurationRange("00:00:01", "01:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the list of tables is read again and leases are renewed.</summary>
    [DurationRange("00:00:00.050", "00:10:00")]
    public TimeSpan LeaseRenewal { get; set; } = TimeSpan.FromSeconds(5);
}
