namespace Tideway.Contracts.RecipientAuth;

/// <summary>A recipient and all its credentials are gone.</summary>
public sealed record RecipientDeleted
{
    /// <summary>Identity of the recipient; survives renaming.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Grows by one with every change of the recipient; a reader keeps the state with the greatest revision.</summary>
    public required long Revision { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
