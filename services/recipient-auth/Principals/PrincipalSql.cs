using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Principals;

internal static class PrincipalSql
{
    private const string Columns = """
        id AS Id, name AS Name, comment AS Comment, roles AS Roles, token_expires_at AS TokenExpiresAt, created_at AS CreatedAt, created_by AS CreatedBy,
        updated_at AS UpdatedAt, updated_by AS UpdatedBy
        """;

    public const string ByKey = $"SELECT {Columns} FROM principal WHERE name_key = @key";

    public const string Page = $"SELECT {Columns} FROM principal WHERE name_key > @after ORDER BY name_key LIMIT @limit";

    /// <summary>Keeps other changes of principals out until the transaction ends.</summary>
    public const string TakeTurn = "UPDATE principal_turn SET changes = changes + 1 WHERE id = 1";

    public const string Insert = """
        INSERT INTO principal (id, name, name_key, comment, roles, is_admin, token_sha256, token_expires_at, created_at, created_by, updated_at, updated_by)
        VALUES (@Id, @Name, @NameKey, @Comment, @Roles, @IsAdmin, @TokenSha256, @TokenExpiresAt, @CreatedAt, @CreatedBy, @UpdatedAt, @UpdatedBy)
        ON CONFLICT (name_key) DO NOTHING
        """;

    public const string ReplaceToken = """
        UPDATE principal SET token_sha256 = @tokenSha256, token_expires_at = @expiresAt, updated_at = @now, updated_by = @actor WHERE id = @id
        """;

    public const string Delete = "DELETE FROM principal WHERE id = @id";

    /// <summary>Administrators beside one who can still sign in.</summary>
    public const string CountOtherAdmins = "SELECT COUNT(*) FROM principal WHERE is_admin = @yes AND id <> @id AND token_expires_at > @now";

    public const string SpendBootstrapToken =
        "INSERT INTO spent_bootstrap_token (token_sha256, spent_at) VALUES (@tokenSha256, @now) ON CONFLICT (token_sha256) DO NOTHING";
}

/// <summary>A principal as its row.</summary>
internal sealed record PrincipalRow
{
    public Guid Id { get; init; }

    public string Name { get; init; } = "";

    public string? Comment { get; init; }

    public string Roles { get; init; } = "[]";

    public DateTimeOffset TokenExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string CreatedBy { get; init; } = "";

    public DateTimeOffset UpdatedAt { get; init; }

    public string UpdatedBy { get; init; } = "";

    /// <summary>Written, never read back.</summary>
    public string TokenSha256 { get; init; } = "";

    /// <summary>Written, never read back.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>Written, never read back.</summary>
    public string NameKey => ObjectName.Key(Name);

    public static PrincipalRow Of(Principal principal, string tokenSha256) =>
        new()
        {
            Id = principal.Id,
            Name = principal.Name,
            Comment = principal.Comment,
            Roles = JsonColumn.Of(principal.Roles),
            TokenExpiresAt = principal.TokenExpiresAt,
            CreatedAt = principal.CreatedAt,
            CreatedBy = principal.CreatedBy,
            UpdatedAt = principal.UpdatedAt,
            UpdatedBy = principal.UpdatedBy,
            TokenSha256 = tokenSha256,
            IsAdmin = principal.IsAdmin,
        };

    public Principal ToPrincipal() =>
        new()
        {
            Id = Id,
            Name = Name,
            Comment = Comment,
            Roles = JsonColumn.List(Roles),
            TokenExpiresAt = TokenExpiresAt,
            CreatedAt = CreatedAt,
            CreatedBy = CreatedBy,
            UpdatedAt = UpdatedAt,
            UpdatedBy = UpdatedBy,
        };
}
