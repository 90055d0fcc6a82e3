namespace Tideway.ShareRegistry.Shares;

/// <summary>Statements on shares, their tables and their volumes.</summary>
internal static class ShareSql
{
    private const string ShareColumns =
        "share_id AS ShareId, name AS Name, display_name AS DisplayName, comment AS Comment, properties AS Properties, owner AS Owner, revision AS Revision, created_at AS CreatedAt, created_by AS CreatedBy, updated_at AS UpdatedAt, updated_by AS UpdatedBy";

    private const string TableColumns =
        "table_id AS TableId, share_id AS ShareId, source_name AS SourceName, schema_name AS SchemaName, table_name AS TableName, location AS Location, history_shared AS HistoryShared, change_feed_shared AS ChangeFeedShared, start_version AS StartVersion, plain_copies AS PlainCopies, directory_access AS DirectoryAccess, comment AS Comment, added_at AS AddedAt, added_by AS AddedBy";

    private const string VolumeColumns =
        "volume_id AS VolumeId, share_id AS ShareId, source_name AS SourceName, schema_name AS SchemaName, volume_name AS VolumeName, location AS Location, comment AS Comment, added_at AS AddedAt, added_by AS AddedBy";

    public const string Find = $"SELECT {ShareColumns} FROM share WHERE name_key = @key";

    public const string List = $"SELECT {ShareColumns} FROM share WHERE name_key > @after ORDER BY name_key LIMIT @limit";

    public const string Tables = $"SELECT {TableColumns} FROM shared_table WHERE share_id = @shareId ORDER BY schema_key, table_key";

    public const string Volumes = $"SELECT {VolumeColumns} FROM shared_volume WHERE share_id = @shareId ORDER BY schema_key, volume_key";

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

    public const string InsertVolume = """
        INSERT INTO shared_volume (volume_id, share_id, source_name, schema_name, schema_key, volume_name, volume_key, location, comment, added_at, added_by)
        VALUES (@VolumeId, @ShareId, @SourceName, @SchemaName, @SchemaKey, @VolumeName, @VolumeKey, @Location, @Comment, @AddedAt, @AddedBy)
        """;

    public const string DeleteVolume = "DELETE FROM shared_volume WHERE volume_id = @VolumeId";

    /// <summary>Makes this transaction the only one that gives objects a place; who does so in another waits.</summary>
    public const string HoldPlaces = "UPDATE place_of_objects SET changes = changes + 1";

    public const string PlacesOfTables =
        "SELECT s.name AS Share, t.schema_name AS \"Schema\", t.table_name AS Name, t.location AS Location, t.directory_access AS DirectoryAccess FROM shared_table t JOIN share s ON s.share_id = t.share_id";

    public const string PlacesOfVolumes =
        "SELECT s.name AS Share, v.schema_name AS \"Schema\", v.volume_name AS Name, v.location AS Location FROM shared_volume v JOIN share s ON s.share_id = v.share_id";
}
