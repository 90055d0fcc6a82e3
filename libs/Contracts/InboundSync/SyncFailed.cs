namespace Tideway.Contracts.InboundSync;

/// <summary>A run ended without taking the remote version in; it is tried again.</summary>
public sealed record SyncFailed
{
    /// <summary>The sync.</summary>
    public required Guid SyncId { get; init; }

    /// <summary>Name of the sync.</summary>
    public required string SyncName { get; init; }

    /// <summary>Whose table it is.</summary>
    public required string ProviderName { get; init; }

    /// <summary>Remote share.</summary>
    public required string Share { get; init; }

    /// <summary>Remote schema.</summary>
    public required string Schema { get; init; }

    /// <summary>Remote table.</summary>
    public required string Table { get; init; }

    /// <summary>This run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>What was expected, what came and where.</summary>
    public required string Reason { get; init; }

    /// <summary>Request ids of the exchange, as the provider recorded them; the first 100.</summary>
    public required IReadOnlyList<string> RequestIds { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
