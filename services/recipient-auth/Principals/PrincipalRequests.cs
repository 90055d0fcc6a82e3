namespace Tideway.RecipientAuth.Principals;

/// <summary>A service principal to be made.</summary>
public sealed record CreatePrincipal
{
    /// <summary>Up to 255 characters without spaces, slashes and control characters.</summary>
    public string? Name { get; init; }

    /// <summary>Free text for people.</summary>
    public string? Comment { get; init; }

    /// <summary>One or more of <c>outbound-operator</c>, <c>inbound-operator</c>, <c>steward</c>, <c>auditor</c>, <c>admin</c>.</summary>
    public IReadOnlyList<string?>? Roles { get; init; }

    /// <summary>Life of its tokens in seconds; what the service is set to where absent. At most a year.</summary>
    public long? TokenLifetimeSeconds { get; init; }
}

/// <summary>A principal's token is to be replaced.</summary>
public sealed record RotatePrincipalToken
{
    /// <summary>Life of the new token in seconds; what the service is set to where absent. At most a year.</summary>
    public long? TokenLifetimeSeconds { get; init; }
}

/// <summary>A service principal.</summary>
public sealed record PrincipalInfo
{
    /// <summary>Its identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Free text for people.</summary>
    public string? Comment { get; init; }

    /// <summary>What it may do.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The token; only in the answer that made it.</summary>
    public string? Token { get; init; }

    /// <summary>When the token ends, in milliseconds since 1970.</summary>
    public required long TokenExpirationTime { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Name of who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long UpdatedAt { get; init; }

    /// <summary>Name of who changed it last.</summary>
    public required string UpdatedBy { get; init; }

    internal static PrincipalInfo Of(Principal principal, string? token = null) =>
        new()
        {
            Id = principal.Id,
            Name = principal.Name,
            Comment = principal.Comment,
            Roles = principal.Roles,
            Token = token,
            TokenExpirationTime = principal.TokenExpiresAt.ToUnixTimeMilliseconds(),
            CreatedAt = principal.CreatedAt.ToUnixTimeMilliseconds(),
            CreatedBy = principal.CreatedBy,
            UpdatedAt = principal.UpdatedAt.ToUnixTimeMilliseconds(),
            UpdatedBy = principal.UpdatedBy,
        };
}

/// <summary>A page of service principals.</summary>
public sealed record ListPrincipals
{
    /// <summary>In the order of their names.</summary>
    public required IReadOnlyList<PrincipalInfo> Principals { get; init; }

    /// <summary>Asks for the next page; absent at the end.</summary>
    public string? NextPageToken { get; init; }
}
