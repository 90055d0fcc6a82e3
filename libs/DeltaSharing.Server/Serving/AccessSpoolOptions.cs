using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>How accesses are kept before their answers leave.</summary>
public sealed class AccessSpoolOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "AccessLog";

    /// <summary>Most accesses that may wait to be written; further ones are refused with 503.</summary>
    [Range(1, 1_000_000)]
    public int QueueLength { get; set; } = 10_000;

    /// <summary>Most accesses that are written in one transaction and told of in one event. Some 10 KiB each at most, so that brokers take what they make up.</summary>
    [Range(1, 1_000)]
    public int BatchSize { get; set; } = 200;

    /// <summary>How long an access may take to become durable before its request is refused with 503.</summary>
    [DurationRange("00:00:00.100", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);
}
