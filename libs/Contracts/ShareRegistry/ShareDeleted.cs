namespace Tideway.Contracts.ShareRegistry;

/// <summary>A share and all its grants are gone.</summary>
public sealed record ShareDeleted
{
    /// <summary>Identity of the share; survives renaming.</summary>
    public required Guid ShareId { get; init; }

    /// <summary>Name of the share at that time.</summary>
    public required string ShareName { get; init; }

    /// <summary>Grows by one with every change of the share or its grants; a reader keeps the state with the greatest revision.</summary>
    public required long Revision { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
