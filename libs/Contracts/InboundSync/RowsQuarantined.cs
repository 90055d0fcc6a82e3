namespace Tideway.Contracts.InboundSync;

/// <summary>A batch could not be applied and was set aside; other tables go on.</summary>
public sealed record RowsQuarantined
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

    /// <summary>First remote version of the batch.</summary>
    public required long FromVersion { get; init; }

    /// <summary>Last remote version of the batch.</summary>
    public required long ToVersion { get; init; }

    /// <summary>Rows concerned, where known.</summary>
    public long? Rows { get; init; }

    /// <summary>Why it could not be applied.</summary>
    public required string Reason { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
