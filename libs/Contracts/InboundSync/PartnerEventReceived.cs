namespace Tideway.Contracts.InboundSync;

/// <summary>A signed notice of a partner arrived and was accepted.</summary>
public sealed record PartnerEventReceived
{
    /// <summary>CloudEvents id.</summary>
    public required string EventId { get; init; }

    /// <summary>CloudEvents type.</summary>
    public required string EventType { get; init; }

    /// <summary>Who sent it.</summary>
    public required string ProviderName { get; init; }

    /// <summary>CloudEvents subject.</summary>
    public string? Subject { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
