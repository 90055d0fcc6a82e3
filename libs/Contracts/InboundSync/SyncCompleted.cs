namespace Tideway.Contracts.InboundSync;

/// <summary>The local table holds the remote version.</summary>
public sealed record SyncCompleted
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

    /// <summary>Remote version held before; absent at the first run.</summary>
    public long? FromVersion { get; init; }

    /// <summary>Remote version held now.</summary>
    public required long ToVersion { get; init; }

    /// <summary>Version of the local table.</summary>
    public required long LocalVersion { get; init; }

    /// <summary>Files downloaded.</summary>
    public required long Files { get; init; }

    /// <summary>Bytes downloaded.</summary>
    public required long Bytes { get; init; }

    /// <summary>Rows inserted, where counted.</summary>
    public long? RowsInserted { get; init; }

    /// <summary>Rows updated, where counted.</summary>
    public long? RowsUpdated { get; init; }

    /// <summary>Rows deleted, where counted.</summary>
    public long? RowsDeleted { get; init; }

    /// <summary>Whether the whole table was taken instead of its changes.</summary>
    public required bool Snapshot { get; init; }

    /// <summary>Request ids of the exchange, as the provider recorded them; the first 100.</summary>
    public required IReadOnlyList<string> RequestIds { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
