namespace Tideway.Audit.Health;

/// <summary>How both directions are doing; a direction that the caller has no role for is absent.</summary>
internal sealed record HealthSummary(DateTimeOffset AsOf, OutboundHealth? Outbound, InboundHealth? Inbound);

/// <summary>What leaves.</summary>
/// <param name="Accesses">By share and recipient.</param>
/// <param name="RefusedLast24h">Accesses answered with a 4xx.</param>
/// <param name="FailedLast24h">Accesses answered with a 5xx.</param>
/// <param name="Refusals">Both of these by share, recipient and error, most frequent first.</param>
internal sealed record OutboundHealth(
    IReadOnlyList<AccessHealth> Accesses,
    [property: System.Text.Json.Serialization.JsonPropertyName("refused_last_24h")] long RefusedLast24h,
    [property: System.Text.Json.Serialization.JsonPropertyName("failed_last_24h")] long FailedLast24h,
    IReadOnlyList<Refusals> Refusals
);

/// <summary>What comes in.</summary>
internal sealed record InboundHealth(IReadOnlyList<SyncHealth> Syncs);

/// <summary>How a recipient uses a share.</summary>
internal sealed record AccessHealth
{
    public required string Share { get; init; }

    public required string RecipientName { get; init; }

    public required DateTimeOffset LastAccessAt { get; init; }

    public required string LastAction { get; init; }

    /// <summary><c>schema.table</c>.</summary>
    public string? LastTable { get; init; }

    public long? LastTableVersion { get; init; }

    public required int LastStatus { get; init; }

    public DateTimeOffset? LastGrantedAt { get; init; }

    public DateTimeOffset? LastRefusedAt { get; init; }

    public required long GrantedCount { get; init; }

    public required long RefusedCount { get; init; }

    /// <summary>Size of the files handed out.</summary>
    public required long BytesGranted { get; init; }
}

/// <summary>Refused accesses of one kind.</summary>
internal sealed record Refusals
{
    public string? Share { get; init; }

    public string? RecipientName { get; init; }

    public int? StatusCode { get; init; }

    public string? ErrorCode { get; init; }

    public required long Count { get; init; }

    public required DateTimeOffset LastAt { get; init; }
}

/// <summary>How a sync is doing.</summary>
internal sealed record SyncHealth
{
    public required string SyncId { get; init; }

    public required string Name { get; init; }

    public required string ProviderName { get; init; }

    public required string Share { get; init; }

    public required string Schema { get; init; }

    public required string Table { get; init; }

    /// <summary><c>healthy</c>, <c>failing</c> or <c>pending</c>, after how its last run ended.</summary>
    public string Status =>
        LastFailureAt > (LastSuccessAt ?? DateTimeOffset.MinValue) ? "failing"
        : LastSuccessAt is null ? "pending"
        : "healthy";

    public DateTimeOffset? LastStartedAt { get; init; }

    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>Version of the partner's table that the last success came to.</summary>
    public long? RemoteVersion { get; init; }

    /// <summary>Version of our table that it made.</summary>
    public long? LocalVersion { get; init; }

    public DateTimeOffset? LastFailureAt { get; init; }

    public string? LastFailureReason { get; init; }

    public DateTimeOffset? LastGapAt { get; init; }

    public DateTimeOffset? LastQuarantineAt { get; init; }
}
