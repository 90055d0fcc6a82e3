namespace Tideway.Contracts.RecipientAuth;

/// <summary>A token of one of our own service principals is no longer good, at once.</summary>
public sealed record PrincipalTokenRevoked
{
    /// <summary>Identity of the principal.</summary>
    public required Guid PrincipalId { get; init; }

    /// <summary>Name of the principal.</summary>
    public required string PrincipalName { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
