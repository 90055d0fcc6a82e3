namespace Tideway.Contracts.InboundSync;

/// <summary>The credential or description of a provider changed.</summary>
public sealed record ProviderUpdated
{
    /// <summary>The provider; survives a change of its credential.</summary>
    public required Guid ProviderId { get; init; }

    /// <summary>Name of the provider.</summary>
    public required string ProviderName { get; init; }

    /// <summary>Where its shares are served.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
