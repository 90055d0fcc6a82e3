namespace Tideway.Contracts.RecipientAuth;

/// <summary>A recipient came into being.</summary>
public sealed record RecipientCreated
{
    /// <summary>Identity of the recipient; survives renaming.</summary>
    public required Guid RecipientId { get; init; }

    /// <summary>Name of the recipient.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Free text for people.</summary>
    public string? Comment { get; init; }

    /// <summary>Properties for row rules.</summary>
    public IReadOnlyDictionary<string, string>? Properties { get; init; }

    /// <summary>Addresses and CIDR ranges the recipient may come from; absent or empty means any.</summary>
    public IReadOnlyList<string>? AllowedIpAddresses { get; init; }

    /// <summary>Grows by one with every change of the recipient; a reader keeps the state with the greatest revision.</summary>
    public required long Revision { get; init; }

    /// <summary>Who did it: the name of a service principal, or of the service itself for what nobody asked for.</summary>
    public required string Actor { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
