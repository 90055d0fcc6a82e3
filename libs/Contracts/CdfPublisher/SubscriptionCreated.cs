namespace Tideway.Contracts.CdfPublisher;

/// <summary>A recipient asked to be told of new versions.</summary>
public sealed record SubscriptionCreated
{
    /// <summary>The subscription.</summary>
    public required Guid SubscriptionId { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient at that time.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Where the notices go.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The share it is about.</summary>
    public required string ShareName { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
