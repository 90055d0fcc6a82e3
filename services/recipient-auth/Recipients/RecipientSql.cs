using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Recipients;

internal static class RecipientSql
{
    private const string Columns = """
        id AS Id, name AS Name, comment AS Comment, owner AS Owner, authentication_type AS AuthenticationType, allowed_ip_addresses AS AllowedIpAddresses, properties AS Properties,
        expiration_time AS ExpirationTime, revision AS Revision, created_at AS CreatedAt, created_by AS CreatedBy, updated_at AS UpdatedAt,
        updated_by AS UpdatedBy
        """;

    public const string ByKey = $"SELECT {Columns} FROM recipient WHERE name_key = @key";

    public const string ById = $"SELECT {Columns} FROM recipient WHERE id = @id";

    public const string Page = $"SELECT {Columns} FROM recipient WHERE name_key > @after ORDER BY name_key LIMIT @limit";

    /// <summary>Changes nothing, and keeps other changes of the recipient and its tokens out until the transaction ends.</summary>
    public const string LockByKey = $"UPDATE recipient SET revision = revision WHERE name_key = @key RETURNING {Columns}";

    /// <summary>The same, by identity.</summary>
    public const string LockById = $"UPDATE recipient SET revision = revision WHERE id = @id RETURNING {Columns}";

    public const string Insert = """
        INSERT INTO recipient (id, name, name_key, comment, owner, authentication_type, allowed_ip_addresses, properties, expiration_time, revision, created_at, created_by,
            updated_at, updated_by)
        VALUES (@Id, @Name, @NameKey, @Comment, @Owner, @AuthenticationType, @AllowedIpAddresses, @Properties, @ExpirationTime, @Revision, @CreatedAt, @CreatedBy,
            @UpdatedAt, @UpdatedBy)
        ON CONFLICT (name_key) DO NOTHING
        """;

    public const string KeyTaken = "SELECT 1 FROM recipient WHERE name_key = @key AND id <> @id";

    public const string Update = """
        UPDATE recipient
        SET name = @Name, name_key = @NameKey, comment = @Comment, owner = @Owner, allowed_ip_addresses = @AllowedIpAddresses,
            properties = @Properties, expiration_time = @ExpirationTime, revision = @Revision, updated_at = @UpdatedAt, updated_by = @UpdatedBy
        WHERE id = @Id
        """;

    public const string Delete = "DELETE FROM recipient WHERE id = @id";
}

/// <summary>A recipient as its row.</summary>
internal sealed record RecipientRow
{
    public Guid Id { get; init; }

    public string Name { get; init; } = "";

    public string? Comment { get; init; }

    public string Owner { get; init; } = "";

    public string AuthenticationType { get; init; } = "";

    public string AllowedIpAddresses { get; init; } = "[]";

    public string Properties { get; init; } = "{}";

    public DateTimeOffset? ExpirationTime { get; init; }

    public long Revision { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string CreatedBy { get; init; } = "";

    public DateTimeOffset UpdatedAt { get; init; }

    public string UpdatedBy { get; init; } = "";

    /// <summary>Written, never read back.</summary>
    public string NameKey => ObjectName.Key(Name);

    public static RecipientRow Of(Recipient recipient) =>
        new()
        {
            Id = recipient.Id,
            Name = recipient.Name,
            Comment = recipient.Comment,
            Owner = recipient.Owner,
            AuthenticationType = recipient.AuthenticationType,
            AllowedIpAddresses = JsonColumn.Of(recipient.AllowedAddresses.Entries),
            Properties = JsonColumn.Of(recipient.Properties),
            ExpirationTime = recipient.ExpirationTime,
            Revision = recipient.Revision,
            CreatedAt = recipient.CreatedAt,
            CreatedBy = recipient.CreatedBy,
            UpdatedAt = recipient.UpdatedAt,
            UpdatedBy = recipient.UpdatedBy,
        };

    public Recipient ToRecipient(IReadOnlyList<RecipientToken> tokens) =>
        new()
        {
            Id = Id,
            Name = Name,
            Comment = Comment,
            Owner = Owner,
            AuthenticationType = AuthenticationType,
            AllowedAddresses = IpAccessList.OfStored(JsonColumn.List(AllowedIpAddresses)),
            Properties = JsonColumn.Map(Properties),
            ExpirationTime = ExpirationTime,
            Revision = Revision,
            CreatedAt = CreatedAt,
            CreatedBy = CreatedBy,
            UpdatedAt = UpdatedAt,
            UpdatedBy = UpdatedBy,
            Tokens = tokens,
        };
}
