using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.Hosting.Messaging;

/// <summary>How events travel between the services of one organisation.</summary>
public enum BusTransport
{
    /// <summary>Within this process; for the standalone host, where all services share it.</summary>
    InProcess,

    /// <summary>Over RabbitMQ, through quorum queues with publisher confirms.</summary>
    RabbitMq,
}

/// <summary>The bus between the services of one organisation. It never crosses to another organisation.</summary>
public sealed class BusOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Bus";

    /// <summary>How events travel.</summary>
    public BusTransport Transport { get; set; } = BusTransport.InProcess;

    /// <summary>RabbitMQ: <c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c>. A virtual host per organisation.</summary>
    public Uri? ConnectionString { get; set; }

    /// <summary>Most messages that are taken from the outbox, or handled by a consumer in one transaction, at a time.</summary>
    [Range(1, 5000)]
    public int BatchSize { get; set; } = 200;

    /// <summary>How long a message stays known as handled. A message that comes again later would be handled again.</summary>
    [DurationRange("01:00:00", "365.00:00:00")]
    public TimeSpan InboxRetention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How often the outbox is looked at when nothing announced a message, for what another replica left behind.</summary>
    [DurationRange("00:00:00.050", "00:10:00")]
    public TimeSpan OutboxPollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long messages gather in the outbox while others were sent just before, so that a stream of them costs few transactions. After a quiet moment a
    /// message goes at once.
    /// </summary>
    [DurationRange("00:00:00", "00:00:01")]
    public TimeSpan OutboxGathering { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Transport == BusTransport.RabbitMq && ConnectionString?.Scheme is not ("amqp" or "amqps"))
        {
            yield return new ValidationResult(
                $"{Section}:ConnectionString must be amqp://user:password@host:port/vhost where {Section}:Transport is RabbitMq.",
                [nameof(ConnectionString)]
            );
        }
    }
}
