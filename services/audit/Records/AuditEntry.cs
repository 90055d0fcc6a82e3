namespace Tideway.Audit.Records;

/// <summary>What an event says for the record, before it has its place in the chain.</summary>
internal sealed record AuditEntry
{
    /// <summary>Identity where the event has one of its own; else that of the message that carried it.</summary>
    public Guid? EventId { get; init; }

    public required DateTimeOffset EventTime { get; init; }

    /// <summary>One of <see cref="Records.Direction"/>.</summary>
    public required string Direction { get; init; }

    /// <summary>The service that did it.</summary>
    public required string ServiceName { get; init; }

    /// <summary>What was done, by the names known from Unity Catalog's audit log where it has one.</summary>
    public required string ActionName { get; init; }

    /// <summary>Who did it: a principal of ours, a recipient, or absent where nobody was identified.</summary>
    public string? UserIdentity { get; init; }

    public string? RecipientName { get; init; }

    public string? ProviderName { get; init; }

    public string? Share { get; init; }

    public string? Schema { get; init; }

    public string? Table { get; init; }

    public string? SourceIpAddress { get; init; }

    /// <summary>What the client called itself; nobody verified it.</summary>
    public string? UserAgent { get; init; }

    public IReadOnlyList<string> RequestIds { get; init; } = [];

    /// <summary>Kept as a JSON object with snake_case names; no secrets.</summary>
    public object? RequestParams { get; init; }

    public int? StatusCode { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>Kept as a JSON object with snake_case names.</summary>
    public object? Result { get; init; }

    /// <summary>One of <see cref="Records.Decision"/>.</summary>
    public string Decision { get; init; } = Records.Decision.None;
}

/// <summary>Which way the data of a record flows.</summary>
internal static class Direction
{
    /// <summary>From us to a partner.</summary>
    public const string Outbound = "outbound";

    /// <summary>From a partner to us.</summary>
    public const string Inbound = "inbound";

    /// <summary>Neither: our own tables and principals.</summary>
    public const string Own = "own";

    public static IReadOnlyList<string> All { get; } = [Outbound, Inbound, Own];
}

/// <summary>What was decided on an access.</summary>
internal static class Decision
{
    /// <summary>The access was answered.</summary>
    public const string Granted = "granted";

    /// <summary>Nothing was handed out.</summary>
    public const string Refused = "refused";

    /// <summary>Not an access.</summary>
    public const string None = "none";

    public static IReadOnlyList<string> All { get; } = [Granted, Refused, None];
}
