namespace Tideway.Contracts.RecipientAuth;

/// <summary>A token is no longer good, at once.</summary>
public sealed record RecipientTokenRevoked
{
    /// <summary>Identity of the recipient; survives renaming.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Identity of the token.</summary>
    public required Guid TokenId { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
