namespace Tideway.Contracts.RecipientAuth;

/// <summary>One of our own service principals came into being.</summary>
public sealed record PrincipalCreated
{
    /// <summary>Identity of the principal.</summary>
    public required Guid PrincipalId { get; init; }

    /// <summary>Name of the principal.</summary>
    public required string PrincipalName { get; init; }

    /// <summary>Roles it holds.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
