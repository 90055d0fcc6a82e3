namespace Tideway.Hosting.Identity;

/// <summary>Whose a credential is.</summary>
public enum CredentialKind
{
    /// <summary>A partner that reads our shares.</summary>
    Recipient,

    /// <summary>One of our own service principals.</summary>
    Principal,
}

/// <summary>What a bearer token stands for, as recipient-auth knows it.</summary>
public sealed record Credential
{
    /// <summary>Whose it is.</summary>
    public required CredentialKind Kind { get; init; }

    /// <summary>Identity of the recipient or principal.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When the token ends, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Principal: the <see cref="Roles"/> it holds.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Recipient: addresses and CIDR ranges it may come from; empty means any.</summary>
    public IReadOnlyList<string> AllowedIpAddresses { get; init; } = [];

    /// <summary>Recipient: properties for row rules.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
