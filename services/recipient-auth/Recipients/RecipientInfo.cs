namespace Tideway.RecipientAuth.Recipients;

/// <summary>A recipient.</summary>
public sealed record RecipientInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its identity; survives renaming.</summary>
    public required Guid Id { get; init; }

    /// <summary>Free text for people.</summary>
    public string? Comment { get; init; }

    /// <summary>Who answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary><c>TOKEN</c> or <c>OAUTH_CLIENT_CREDENTIALS</c>.</summary>
    public required string AuthenticationType { get; init; }

    /// <summary>Whether the recipient has taken a credential: the newest activation link was used, or a token from one before it is still good.</summary>
    public required bool Activated { get; init; }

    /// <summary>Where the recipient fetches its credential file, once; only in the answer that made the link.</summary>
    public Uri? ActivationUrl { get; init; }

    /// <summary>Addresses from which it may come.</summary>
    public required IpAccessListInfo IpAccessList { get; init; }

    /// <summary>Properties for row rules.</summary>
    public required PropertiesKvPairs PropertiesKvpairs { get; init; }

    /// <summary>When its tokens end at the latest, in milliseconds since 1970; absent where each lives its own time.</summary>
    public long? ExpirationTime { get; init; }

    /// <summary>Its links and tokens, oldest first.</summary>
    public required IReadOnlyList<RecipientTokenInfo> Tokens { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Name of who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long UpdatedAt { get; init; }

    /// <summary>Name of who changed it last.</summary>
    public required string UpdatedBy { get; init; }

    internal static RecipientInfo Of(Recipient recipient, DateTimeOffset now) => Of(recipient, now, newTokenId: null, activationUrl: null);

    internal static RecipientInfo Of(RecipientWithLink made, DateTimeOffset now, Func<string, Uri> activationUrl) =>
        Of(made.Recipient, now, made.TokenId, activationUrl(made.Nonce));

    private static RecipientInfo Of(Recipient recipient, DateTimeOffset now, Guid? newTokenId, Uri? activationUrl) =>
        new()
        {
            Name = recipient.Name,
            Id = recipient.Id,
            Comment = recipient.Comment,
            Owner = recipient.Owner,
            AuthenticationType = recipient.AuthenticationType,
            Activated = recipient.IsActivated(now),
            ActivationUrl = activationUrl,
            IpAccessList = new IpAccessListInfo { AllowedIpAddresses = recipient.AllowedAddresses.Entries },
            PropertiesKvpairs = new PropertiesKvPairs { Properties = recipient.Properties! },
            ExpirationTime = recipient.ExpirationTime?.ToUnixTimeMilliseconds(),
            Tokens = [.. recipient.Tokens.Select(t => RecipientTokenInfo.Of(t, t.Id == newTokenId ? activationUrl : null))],
            CreatedAt = recipient.CreatedAt.ToUnixTimeMilliseconds(),
            CreatedBy = recipient.CreatedBy,
            UpdatedAt = recipient.UpdatedAt.ToUnixTimeMilliseconds(),
            UpdatedBy = recipient.UpdatedBy,
        };
}

/// <summary>An activation link or a token of a recipient, without the secret.</summary>
public sealed record RecipientTokenInfo
{
    /// <summary>Its identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>The link; only in the answer that made it.</summary>
    public Uri? ActivationUrl { get; init; }

    /// <summary>When the token ends, or the link where it was not used yet, in milliseconds since 1970.</summary>
    public required long ExpirationTime { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Name of who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long UpdatedAt { get; init; }

    /// <summary>Name of who changed it last.</summary>
    public required string UpdatedBy { get; init; }

    internal static RecipientTokenInfo Of(RecipientToken token, Uri? activationUrl) =>
        new()
        {
            Id = token.Id,
            ActivationUrl = activationUrl,
            ExpirationTime = (token.ExpiresAt ?? token.LinkExpiresAt).ToUnixTimeMilliseconds(),
            CreatedAt = token.CreatedAt.ToUnixTimeMilliseconds(),
            CreatedBy = token.CreatedBy,
            UpdatedAt = token.UpdatedAt.ToUnixTimeMilliseconds(),
            UpdatedBy = token.UpdatedBy,
        };
}

/// <summary>A page of recipients.</summary>
public sealed record ListRecipients
{
    /// <summary>In the order of their names.</summary>
    public required IReadOnlyList<RecipientInfo> Recipients { get; init; }

    /// <summary>Asks for the next page; absent at the end.</summary>
    public string? NextPageToken { get; init; }
}
