namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>A recipient's wish to be told of new versions.</summary>
public sealed record Subscription
{
    /// <summary>Identity of the subscription.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Where the notices go.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The share, by the name it has now.</summary>
    public required string Share { get; init; }

    /// <summary>Schema of the one table; absent where it is about the whole share.</summary>
    public string? Schema { get; init; }

    /// <summary>The one table; absent where it is about the whole share.</summary>
    public string? Table { get; init; }

    /// <summary>How it fares.</summary>
    public required SubscriptionState State { get; init; }

    /// <summary>Why it is not active.</summary>
    public string? StateReason { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its secret was last renewed, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the endpoint last accepted a notice, UTC.</summary>
    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>When an attempt last failed, UTC.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>Key for <c>webhook-signature</c>, base64 behind <c>whsec_</c>; only in the answer that made it.</summary>
    public string? Secret { get; init; }
}
