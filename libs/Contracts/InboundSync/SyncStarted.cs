namespace Tideway.Contracts.InboundSync;

/// <summary>A run of a sync began.</summary>
public sealed record SyncStarted
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

    /// <summary>What started it: <c>event</c>, <c>timer</c>, <c>request</c> or <c>recovery</c>.</summary>
    public required string Trigger { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
