namespace Tideway.Contracts.InboundSync;

/// <summary>The changes since the last version are no longer to be had; the whole table is taken instead.</summary>
public sealed record SyncGapDetected
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

    /// <summary>Last remote version held.</summary>
    public required long FromVersion { get; init; }

    /// <summary>Remote version wanted.</summary>
    public required long ToVersion { get; init; }

    /// <summary>Why the changes are not to be had.</summary>
    public required string Reason { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
