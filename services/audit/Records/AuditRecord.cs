namespace Tideway.Audit.Records;

/// <summary>A row of the record. Times are UTC microseconds since 1970; JSON is kept as the text that was hashed.</summary>
internal sealed record AuditRecord
{
    /// <summary>Place in the chain: 1, 2, 3 and on without a gap.</summary>
    public required long Sequence { get; init; }

    public required Guid EventId { get; init; }

    public required long EventTime { get; init; }

    /// <summary>Day of <see cref="EventTime"/> in UTC, <c>yyyy-MM-dd</c>.</summary>
    public required string EventDate { get; init; }

    public required long RecordedAt { get; init; }

    public required string Direction { get; init; }

    public required string ServiceName { get; init; }

    public required string ActionName { get; init; }

    public string? UserIdentity { get; init; }

    public string? RecipientName { get; init; }

    public string? ProviderName { get; init; }

    public string? ShareName { get; init; }

    public string? SchemaName { get; init; }

    public string? TableName { get; init; }

    public string? SourceIpAddress { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The first request id.</summary>
    public string? RequestId { get; init; }

    /// <summary>JSON array of all request ids where there are several.</summary>
    public string? RequestIds { get; init; }

    public string? RequestParams { get; init; }

    public int? StatusCode { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    public string? Result { get; init; }

    public required string Decision { get; init; }

    /// <summary>Hash of the record before; 32 zero bytes for the first.</summary>
    public required byte[] PreviousHash { get; init; }

    /// <summary>See <see cref="RecordHash"/>.</summary>
    public required byte[] Hash { get; init; }
}
