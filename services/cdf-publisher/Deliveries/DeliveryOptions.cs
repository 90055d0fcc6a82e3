using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>How notices reach partners.</summary>
public sealed class DeliveryOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "CdfPublisher:Delivery";

    /// <summary>Lets endpoints be on this machine, also over http. For trying things out and tests.</summary>
    public bool AllowInsecureLoopback { get; set; }

    /// <summary>Host names that may be in a private network. All others must lead to public addresses.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>How long an endpoint may take to answer, connecting included.</summary>
    [DurationRange("00:00:00.100", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Most subscriptions that notices are sent to at the same time; each gets its own in order.</summary>
    [Range(1, 1024)]
    public int Parallelism { get; set; } = 16;

    /// <summary>How often due retries are looked for.</summary>
    [DurationRange("00:00:00.050", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a replica keeps a subscription to itself without a sign of life, at least twice <see cref="Timeout"/>. After a crash, the
    /// notice that was under way waits this long.
    /// </summary>
    [DurationRange("00:00:01", "01:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long deliveries that are done with stay visible.</summary>
    [DurationRange("01:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long notices are also signed with the secret before the current one, once a recipient took a new one.</summary>
    [DurationRange("00:00:00", "30.00:00:00")]
    public TimeSpan PreviousSecretLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Most subscriptions that a recipient may have.</summary>
    [Range(1, 100_000)]
    public int MaxSubscriptionsPerRecipient { get; set; } = 100;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeaseDuration < Timeout * 2)
            yield return new ValidationResult(
                $"{Section}:LeaseDuration must be at least twice {Section}:Timeout; got {LeaseDuration} and {Timeout}.",
                [nameof(LeaseDuration)]
            );
    }
}
