namespace Tideway.InboundSync.Providers;

/// <summary>Statements on providers.</summary>
internal static class ProviderSql
{
    private const string Columns =
        "provider_id AS ProviderId, name, endpoint, profile, share_credentials_version AS ShareCredentialsVersion, expiration_time AS ExpirationTime, "
        + "comment, owner, created_at AS CreatedAt, created_by AS CreatedBy, updated_at AS UpdatedAt, updated_by AS UpdatedBy";

    public const string Insert =
        "INSERT INTO provider (provider_id, name, name_key, endpoint, profile, share_credentials_version, expiration_time, comment, owner, created_at, created_by, updated_at, updated_by) "
        + "VALUES (@ProviderId, @Name, @NameKey, @Endpoint, @Profile, @ShareCredentialsVersion, @ExpirationTime, @Comment, @Owner, @CreatedAt, @CreatedBy, @UpdatedAt, @UpdatedBy) "
        + "ON CONFLICT (name_key) DO NOTHING";

    /// <summary>Sets what is given and keeps the rest; nothing where another provider has the name.</summary>
    public const string Update =
        "UPDATE provider SET name = COALESCE(@Name, name), name_key = COALESCE(@NameKey, name_key), endpoint = COALESCE(@Endpoint, endpoint), profile = COALESCE(@Profile, profile), "
        + "share_credentials_version = COALESCE(@ShareCredentialsVersion, share_credentials_version), "
        + "expiration_time = CASE WHEN @Profile IS NULL THEN expiration_time ELSE @ExpirationTime END, comment = COALESCE(@Comment, comment), owner = COALESCE(@Owner, owner), "
        + "updated_at = @UpdatedAt, updated_by = @UpdatedBy "
        + "WHERE provider_id = @ProviderId AND NOT EXISTS (SELECT 1 FROM provider other WHERE other.name_key = @NameKey AND other.provider_id <> @ProviderId)";

    public const string Find = $"SELECT {Columns} FROM provider WHERE name_key = @key";

    public const string FindById = $"SELECT {Columns} FROM provider WHERE provider_id = @id";

    public const string Page = $"SELECT {Columns} FROM provider WHERE name_key > @after ORDER BY name_key LIMIT @limit";

    public const string All = $"SELECT {Columns} FROM provider";

    public const string Delete =
        "DELETE FROM provider WHERE provider_id = @id AND NOT EXISTS (SELECT 1 FROM sync WHERE sync.provider_id = provider.provider_id)";
}
