namespace Tideway.Contracts.ShareRegistry;

/// <summary>A share came into being.</summary>
public sealed record ShareCreated
{
    /// <summary>Identity of the share; survives renaming.</summary>
    public required Guid ShareId { get; init; }

    /// <summary>Name of the share at that time.</summary>
    public required string ShareName { get; init; }

    /// <summary>A name for people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Free text for people.</summary>
    public string? Comment { get; init; }

    /// <summary>What the owner notes on the share for its recipients.</summary>
    public IReadOnlyDictionary<string, string>? Properties { get; init; }

    /// <summary>The principal that owns the share.</summary>
    public string? Owner { get; init; }

    /// <summary>Grows by one with every change of the share or its grants; a reader keeps the state with the greatest revision.</summary>
    public required long Revision { get; init; }

    /// <summary>Every table of the share after the change.</summary>
    public required IReadOnlyList<SharedTable> Tables { get; init; }

    /// <summary>Every volume of the share after the change; absent where a version that knew none told of it.</summary>
    public IReadOnlyList<SharedVolume>? Volumes { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
