namespace Tideway.Audit.Health;

/// <summary>What the figures need of a record; see <see cref="Records.AuditRecord"/>.</summary>
internal sealed record HealthFact
{
    public required long Sequence { get; init; }

    public required long EventTime { get; init; }

    public required string ActionName { get; init; }

    public string? RecipientName { get; init; }

    public string? ProviderName { get; init; }

    public string? ShareName { get; init; }

    public string? SchemaName { get; init; }

    public string? TableName { get; init; }

    /// <summary>Absent for accesses, which are counted without it.</summary>
    public string? RequestParams { get; init; }

    public int? StatusCode { get; init; }

    /// <summary>Absent for accesses.</summary>
    public string? ErrorMessage { get; init; }

    public string? Result { get; init; }

    public required string Decision { get; init; }
}
