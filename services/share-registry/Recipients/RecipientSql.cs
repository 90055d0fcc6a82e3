namespace Tideway.ShareRegistry.Recipients;

/// <summary>Statements on the recipients that recipient-auth told of.</summary>
internal static class RecipientSql
{
    /// <summary>Keeps what was told last, in whatever order it comes. A deleted recipient stays as a mark, or a late message would bring it back.</summary>
    public const string Keep = """
        INSERT INTO recipient (recipient_id, name, name_key, revision, deleted) VALUES (@id, @name, @key, @revision, @deleted)
        ON CONFLICT (recipient_id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, revision = excluded.revision, deleted = excluded.deleted
        WHERE recipient.revision < excluded.revision
        """;

    /// <summary>Deleted ones too: what they read before is on record under their name.</summary>
    public const string NameOf = "SELECT name FROM recipient WHERE recipient_id = @id";

    /// <summary>Ids sort by time: of two with one name, of which the older one's end is not known here yet, the younger is meant.</summary>
    public const string Find =
        "SELECT recipient_id AS RecipientId, name AS Name FROM recipient WHERE name_key = @key AND deleted = FALSE ORDER BY recipient_id DESC LIMIT 1";
}
