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

    public const string Update =
        "UPDATE provider SET name = @Name, name_key = @NameKey, endpoint = @Endpoint, profile = @Profile, share_credentials_version = @ShareCredentialsVersion, "
        + "expiration_time = @ExpirationTime, comment = @Comment, owner = @Owner, updated_at = @UpdatedAt, updated_by = @UpdatedBy WHERE provider_id = @ProviderId";

    public const string Find = $"SELECT {Columns} FROM provider WHERE name_key = @key";

    public const string FindById = $"SELECT {Columns} FROM provider WHERE provider_id = @id";

    public const string Page = $"SELECT {Columns} FROM provider WHERE name_key > @after ORDER BY name_key LIMIT @limit";

    public const string All = $"SELECT {Columns} FROM provider";

    public const string CountSyncs = "SELECT COUNT(*) FROM sync WHERE provider_id = @id";

    public const string Delete = "DELETE FROM provider WHERE provider_id = @id";
}
