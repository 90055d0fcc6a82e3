namespace Tideway.ShareRegistry.Grants;

/// <summary>Statements on grants.</summary>
internal static class GrantSql
{
    public const string Insert = """
        INSERT INTO share_grant (share_id, recipient_id, granted_at, granted_by) VALUES (@shareId, @recipientId, @at, @actor)
        ON CONFLICT (share_id, recipient_id) DO NOTHING
        """;

    /// <summary>Keeps the recipient from going away until this transaction ends.</summary>
    public const string HoldRecipient = "UPDATE recipient SET revision = revision WHERE recipient_id = @recipientId AND deleted = FALSE";

    /// <summary>Keeps the share from changing until this transaction ends.</summary>
    public const string HoldShare = "UPDATE share SET revision = revision WHERE name_key = @key RETURNING share_id AS ShareId, name AS Name";

    public const string Delete = "DELETE FROM share_grant WHERE share_id = @shareId AND recipient_id = @recipientId";

    public const string SharesOf = "SELECT share_id FROM share_grant WHERE recipient_id = @recipientId ORDER BY share_id";

    public const string RecipientsOf = """
        SELECT r.recipient_id AS RecipientId, r.name AS Name FROM share_grant g JOIN recipient r ON r.recipient_id = g.recipient_id
        WHERE g.share_id = @shareId AND r.deleted = FALSE ORDER BY r.name_key, r.recipient_id
        """;

    public const string ShareNamesOf = """
        SELECT s.name FROM share_grant g JOIN share s ON s.share_id = g.share_id
        WHERE g.recipient_id = @recipientId AND s.name_key > @after ORDER BY s.name_key LIMIT @limit
        """;

    /// <summary>Takes the share for this transaction and counts the change.</summary>
    public const string Advance =
        "UPDATE share SET revision = revision + 1 WHERE share_id = @shareId RETURNING share_id AS ShareId, name AS Name, revision AS Revision";
}
