namespace Tideway.InboundSync.Runs;

/// <summary>One attempt of a sync to take the remote version in.</summary>
public sealed record SyncRun
{
    /// <summary>Asked for, not yet begun.</summary>
    public const string Queued = "queued";

    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    public required Guid RunId { get; init; }

    public required Guid SyncId { get; init; }

    public required string Trigger { get; init; }

    public required string State { get; init; }

    /// <summary>When it began; while it is queued, when it was asked for.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public long? FromVersion { get; init; }

    public long? ToVersion { get; init; }

    public long? LocalVersion { get; init; }

    public long FilesTotal { get; init; }

    public long FilesDone { get; init; }

    public long BytesTotal { get; init; }

    public long BytesDone { get; init; }

    public long? RowsInserted { get; init; }

    public long? RowsUpdated { get; init; }

    public long? RowsDeleted { get; init; }

    /// <summary>Whether the whole table was taken instead of its changes.</summary>
    public bool WholeTable { get; init; }

    public string? Reason { get; init; }

    /// <summary>Request ids of the exchange, a JSON array.</summary>
    public string RequestIds { get; init; } = "[]";
}
