namespace Tideway.ShareRegistry.Shares;

/// <summary>Statements on shares and their tables.</summary>
internal static class ShareSql
{
    private const string ShareColumns =
        "share_id AS ShareId, name AS Name, display_name AS DisplayName, comment AS Comment, properties AS Properties, owner AS Owner, revision AS Revision, created_at AS CreatedAt, created_by AS CreatedBy, updated_at AS UpdatedAt, updated_by AS UpdatedBy";

    private const string TableColumns =
        "table_id AS TableId, share_id AS ShareId, source_name AS SourceName, schema_name AS SchemaName, table_name AS TableName, location AS Location, history_shared AS HistoryShared, change_feed_shared AS ChangeFeedShared, start_version AS StartVersion, plain_copies AS PlainCopies, directory_access AS DirectoryAccess, comment AS Comment, added_at AS AddedAt, added_by AS AddedBy";

    public const string Find = $"SELECT {ShareColumns} FROM share WHERE name_key = @key";

    public const string List = $"SELECT {ShareColumns} FROM share WHERE name_key > @after ORDER BY name_key LIMIT @limit";

    public const string Tables = $"SELECT {TableColumns} FROM shared_table WHERE share_id = @shareId ORDER BY schema_key, table_key";

    public const string Count = "SELECT count(*) FROM share";

    public const string Insert = """
        INSERT INTO share (share_id, name, name_key, display_name, comment, properties, owner, revision, created_at, created_by, updated_at, updated_by)
        VALUES (@ShareId, @Name, @Key, @DisplayName, @Comment, @Properties, @Owner, 1, @CreatedAt, @CreatedBy, @CreatedAt, @CreatedBy)
        ON CONFLICT (name_key) DO NOTHING
        """;

    /// <summary>Takes the share for this transaction and counts the change.</summary>
    public const string Advance =
        $"UPDATE share SET revision = revision + 1, updated_at = @at, updated_by = @actor WHERE name_key = @key RETURNING {ShareColumns}";

    public const string Describe =
        "UPDATE share SET name = @Name, name_key = @Key, display_name = @DisplayName, comment = @Comment, properties = @Properties, owner = @Owner WHERE share_id = @ShareId";

    public const string Delete = $"DELETE FROM share WHERE name_key = @key RETURNING {ShareColumns}";

    public const string InsertTable = """
        INSERT INTO shared_table (table_id, share_id, source_name, schema_name, schema_key, table_name, table_key, location, history_shared, change_feed_shared, start_version, plain_copies, directory_access, comment, added_at, added_by)
        VALUES (@TableId, @ShareId, @SourceName, @SchemaName, @SchemaKey, @TableName, @TableKey, @Location, @HistoryShared, @ChangeFeedShared, @StartVersion, @PlainCopies, @DirectoryAccess, @Comment, @AddedAt, @AddedBy)
        """;

    public const string DeleteTable = "DELETE FROM shared_table WHERE table_id = @TableId";
}
