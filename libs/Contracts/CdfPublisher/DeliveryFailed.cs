namespace Tideway.Contracts.CdfPublisher;

/// <summary>A notice was given up, or its subscription disabled.</summary>
public sealed record DeliveryFailed
{
    /// <summary>The subscription.</summary>
    public required Guid SubscriptionId { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient at that time.</summary>
    public required string RecipientName { get; init; }

    /// <summary>The delivery; also the CloudEvents id.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>CloudEvents type of the notice.</summary>
    public required string EventType { get; init; }

    /// <summary>Attempts so far.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>What the last attempt met.</summary>
    public required string Reason { get; init; }
}
