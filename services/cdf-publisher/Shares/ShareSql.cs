namespace Tideway.CdfPublisher.Shares;

/// <summary>Statements on what is known of shares, their tables and grants.</summary>
internal static class ShareSql
{
    /// <summary>Changes a row only where the revision is greater than the one known.</summary>
    public const string UpsertShare = """
        INSERT INTO share (share_id, name, name_key, revision, deleted, changed_at)
        VALUES (@ShareId, @Name, @NameKey, @Revision, @Deleted, @ChangedAt)
        ON CONFLICT (share_id) DO UPDATE SET
            name = excluded.name,
            name_key = excluded.name_key,
            revision = excluded.revision,
            deleted = excluded.deleted,
            changed_at = excluded.changed_at
        WHERE share.revision < excluded.revision AND NOT share.deleted
        """;

    /// <summary>A table that moved to another place has nothing announced of it yet.</summary>
    public const string UpsertTable = """
        INSERT INTO shared_table (share_id, table_id, schema_name, schema_key, table_name, table_key, storage_location, history_shared,
            change_feed_shared, start_version, plain_copies_refused, announced_version)
        VALUES (@ShareId, @TableId, @Schema, @SchemaKey, @Name, @NameKey, @StorageLocation, @HistoryShared, @ChangeFeedShared, @StartVersion,
            @PlainCopiesRefused, NULL)
        ON CONFLICT (share_id, table_id) DO UPDATE SET
            schema_name = excluded.schema_name,
            schema_key = excluded.schema_key,
            table_name = excluded.table_name,
            table_key = excluded.table_key,
            storage_location = excluded.storage_location,
            history_shared = excluded.history_shared,
            change_feed_shared = excluded.change_feed_shared,
            start_version = excluded.start_version,
            plain_copies_refused = excluded.plain_copies_refused,
            announced_version = CASE WHEN shared_table.storage_location = excluded.storage_location THEN shared_table.announced_version END
        """;

    public const string TableIds = "SELECT table_id FROM shared_table WHERE share_id = @shareId";

    public const string DeleteTable = "DELETE FROM shared_table WHERE share_id = @shareId AND table_id = @tableId";

    public const string DeleteTables = "DELETE FROM shared_table WHERE share_id = @shareId";

    public const string UpsertGrant = """
        INSERT INTO share_grant (share_id, recipient_id, recipient_name, revision, granted)
        VALUES (@ShareId, @RecipientId, @RecipientName, @Revision, @Granted)
        ON CONFLICT (share_id, recipient_id) DO UPDATE SET
            recipient_name = excluded.recipient_name,
            revision = excluded.revision,
            granted = excluded.granted
        WHERE share_grant.revision < excluded.revision
        """;

    public const string EndRecipient = "INSERT INTO ended_recipient (recipient_id, ended_at) VALUES (@recipientId, @at) ON CONFLICT DO NOTHING";

    public const string DeleteGrants = "DELETE FROM share_grant WHERE recipient_id = @recipientId";

    /// <summary>
    /// Joins a share to the grants that count now; needs <c>share s</c> before it. A recipient that is gone has none, whatever arrives later.
    /// </summary>
    public const string JoinGrants = """
        JOIN share_grant g ON g.share_id = s.share_id AND g.granted
            AND NOT EXISTS (SELECT 1 FROM ended_recipient e WHERE e.recipient_id = g.recipient_id)
        """;

    /// <summary>Between two shares of one name, one of which was renamed or deleted by an event still on its way, the later change counts.</summary>
    public const string FindGrantedTable = $"""
        SELECT s.share_id AS ShareId, s.name AS ShareName, t.table_id AS TableId, t.schema_name AS SchemaName, t.table_name AS TableName,
            t.storage_location AS StorageLocation, t.history_shared AS HistoryShared, t.change_feed_shared AS ChangeFeedShared,
            t.start_version AS StartVersion, t.plain_copies_refused AS PlainCopiesRefused
        FROM share s {JoinGrants}
        JOIN shared_table t ON t.share_id = s.share_id
        WHERE s.name_key = @shareKey AND NOT s.deleted AND g.recipient_id = @recipientId AND t.schema_key = @schemaKey AND t.table_key = @tableKey
        ORDER BY s.changed_at DESC LIMIT 1
        """;

    public const string FindGrantedShare = $"""
        SELECT s.share_id AS ShareId, s.name AS ShareName
        FROM share s {JoinGrants}
        WHERE s.name_key = @shareKey AND NOT s.deleted AND g.recipient_id = @recipientId
        ORDER BY s.changed_at DESC LIMIT 1
        """;

    public const string SchemaExists = "SELECT COUNT(*) FROM shared_table WHERE share_id = @shareId AND schema_key = @schemaKey";
}
