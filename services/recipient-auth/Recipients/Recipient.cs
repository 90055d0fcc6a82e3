namespace Tideway.RecipientAuth.Recipients;

/// <summary>A partner that reads our shares, with its links and tokens.</summary>
internal sealed record Recipient
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public string? Comment { get; init; }

    public required string Owner { get; init; }

    /// <summary>How it shows who it is; never changes.</summary>
    public required string AuthenticationType { get; init; }

    public required IpAccessList AllowedAddresses { get; init; }

    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>No token of the recipient outlives this.</summary>
    public DateTimeOffset? ExpirationTime { get; init; }

    public required long Revision { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RecipientToken> Tokens { get; init; } = [];

    /// <summary>Whether the newest link was used, or a token from one before still lets the recipient in.</summary>
    public bool IsActivated(DateTimeOffset now) => Tokens is [.., { IssuedAt: not null }] || Tokens.Any(token => token.IsLive(now));
}

/// <summary>An activation link; once it was used, the token it gave.</summary>
internal sealed record RecipientToken
{
    public Guid Id { get; init; }

    public Guid RecipientId { get; init; }

    public DateTimeOffset LinkExpiresAt { get; init; }

    /// <summary>When the link was used.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When the token ends; absent before the link was used.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string CreatedBy { get; init; } = "";

    public DateTimeOffset UpdatedAt { get; init; }

    public string UpdatedBy { get; init; } = "";

    public bool IsLive(DateTimeOffset now) => ExpiresAt > now;
}

/// <summary>A recipient and the nonce of the link that was just made for it. The nonce cannot be had again.</summary>
internal sealed record RecipientWithLink(Recipient Recipient, Guid TokenId, string Nonce);
