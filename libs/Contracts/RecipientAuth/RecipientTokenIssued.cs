namespace Tideway.Contracts.RecipientAuth;

/// <summary>A recipient fetched its token through the activation link.</summary>
public sealed record RecipientTokenIssued
{
    /// <summary>Identity of the recipient; survives renaming.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Identity of the token.</summary>
    public required Guid TokenId { get; init; }

    /// <summary>When the token ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Address from which the link was opened.</summary>
    public string? SourceIp { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
