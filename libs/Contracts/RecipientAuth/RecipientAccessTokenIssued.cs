namespace Tideway.Contracts.RecipientAuth;

/// <summary>A recipient's client got a short-lived access token for its secret.</summary>
public sealed record RecipientAccessTokenIssued
{
    /// <summary>Identity of the issue.</summary>
    public required Guid IssueId { get; init; }

    /// <summary>Identity of the recipient; survives renaming.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Identity of the client: the token of the recipient that is its secret.</summary>
    public required Guid ClientId { get; init; }

    /// <summary>When the access token ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Address from which it was asked for.</summary>
    public string? SourceIp { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
