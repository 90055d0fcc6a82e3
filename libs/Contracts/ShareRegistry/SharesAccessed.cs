namespace Tideway.Contracts.ShareRegistry;

/// <summary>
/// Calls of the sharing protocol were answered or refused by share-registry. Those that became durable together travel together, so that a busy service
/// pays once for all of them.
/// </summary>
public sealed record SharesAccessed
{
    /// <summary>The calls, at least one, in the order in which they became durable.</summary>
    public required IReadOnlyList<ShareAccessed> Accesses { get; init; }

    /// <summary>When the last of them happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
