namespace Tideway.RecipientAuth.Recipients;

/// <summary>Addresses from which a recipient may come.</summary>
public sealed record IpAccessListInfo
{
    /// <summary>IPv4 and IPv6 addresses and CIDR ranges, at most 100. Empty: any address.</summary>
    public IReadOnlyList<string?>? AllowedIpAddresses { get; init; }
}

/// <summary>Properties of a recipient for row rules.</summary>
public sealed record PropertiesKvPairs
{
    /// <summary>At most 50 pairs, keys up to 255 and values up to 1000 characters.</summary>
    public IReadOnlyDictionary<string, string?>? Properties { get; init; }
}

/// <summary>A recipient to be made.</summary>
public sealed record CreateRecipient
{
    /// <summary>Up to 255 characters without spaces, slashes and control characters.</summary>
    public string? Name { get; init; }

    /// <summary>Free text for people.</summary>
    public string? Comment { get; init; }

    /// <summary>Who answers for the recipient; whoever makes it where absent.</summary>
    public string? Owner { get; init; }

    /// <summary>
    /// <c>TOKEN</c> where absent: the activation link gives a bearer token, for every client. <c>OAUTH_CLIENT_CREDENTIALS</c>: it gives a client id and secret,
    /// for which the client gets short-lived tokens.
    /// </summary>
    public string? AuthenticationType { get; init; }

    /// <summary>Addresses from which the recipient may come.</summary>
    public IpAccessListInfo? IpAccessList { get; init; }

    /// <summary>Properties for row rules.</summary>
    public PropertiesKvPairs? PropertiesKvpairs { get; init; }

    /// <summary>When the tokens of the recipient end at the latest, in milliseconds since 1970, at most a year ahead.</summary>
    public long? ExpirationTime { get; init; }
}

/// <summary>What shall be different about a recipient. What is absent stays.</summary>
public sealed record UpdateRecipient
{
    /// <summary>The name from now on.</summary>
    public string? NewName { get; init; }

    /// <summary>Free text for people; empty removes it.</summary>
    public string? Comment { get; init; }

    /// <summary>Who answers for the recipient.</summary>
    public string? Owner { get; init; }

    /// <summary>Replaces the whole list.</summary>
    public IpAccessListInfo? IpAccessList { get; init; }

    /// <summary>Replaces all properties.</summary>
    public PropertiesKvPairs? PropertiesKvpairs { get; init; }

    /// <summary>When the tokens end at the latest, in milliseconds since 1970; 0 removes the limit. Tokens are shortened, never lengthened.</summary>
    public long? ExpirationTime { get; init; }
}

/// <summary>A new activation link is wanted.</summary>
public sealed record RotateToken
{
    /// <summary>Seconds until the tokens before it end; 0 ends them at once. No token gets longer.</summary>
    public long? ExistingTokenExpireInSeconds { get; init; }
}
