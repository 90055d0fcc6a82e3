namespace Tideway.Contracts.CdfPublisher;

/// <summary>A subscription ended.</summary>
public sealed record SubscriptionDeleted
{
    /// <summary>The subscription.</summary>
    public required Guid SubscriptionId { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient at that time.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
