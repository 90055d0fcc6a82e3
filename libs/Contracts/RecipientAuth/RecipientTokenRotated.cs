namespace Tideway.Contracts.RecipientAuth;

/// <summary>A new activation link was made and the tokens before it got an end.</summary>
public sealed record RecipientTokenRotated
{
    /// <summary>Identity of the recipient; survives renaming.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Identity of the token.</summary>
    public required Guid TokenId { get; init; }

    /// <summary>When the tokens before it end.</summary>
    public required DateTimeOffset PreviousTokensExpireAt { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
