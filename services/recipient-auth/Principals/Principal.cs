namespace Tideway.RecipientAuth.Principals;

/// <summary>One of our own service principals: who may use the management API, and for what.</summary>
internal sealed record Principal
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public string? Comment { get; init; }

    public required IReadOnlyList<string> Roles { get; init; }

    public required DateTimeOffset TokenExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }

    public bool IsAdmin => Roles.Contains(Hosting.Identity.Roles.Admin);
}

/// <summary>A principal and the token that was just made for it. The token cannot be had again.</summary>
internal sealed record PrincipalWithToken(Principal Principal, string Token);
