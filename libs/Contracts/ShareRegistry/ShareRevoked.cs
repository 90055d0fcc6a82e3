namespace Tideway.Contracts.ShareRegistry;

/// <summary>A recipient may no longer read a share.</summary>
public sealed record ShareRevoked
{
    /// <summary>Identity of the share; survives renaming.</summary>
    public required Guid ShareId { get; init; }

    /// <summary>Name of the share at that time.</summary>
    public required string ShareName { get; init; }

    /// <summary>Who may read.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient at that time.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Grows by one with every change of the share or its grants; a reader keeps the state with the greatest revision.</summary>
    public required long Revision { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
