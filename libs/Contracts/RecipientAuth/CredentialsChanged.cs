namespace Tideway.Contracts.RecipientAuth;

/// <summary>What anyone remembers of the credentials of this recipient or principal is no longer true: forget it and ask again.</summary>
public sealed record CredentialsChanged
{
    /// <summary>Identity of the recipient or principal.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
