namespace Tideway.Contracts.InboundSync;

/// <summary>A provider was removed.</summary>
public sealed record ProviderDeleted
{
    /// <summary>The provider; survives a change of its credential.</summary>
    public required Guid ProviderId { get; init; }

    /// <summary>Name of the provider.</summary>
    public required string ProviderName { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
