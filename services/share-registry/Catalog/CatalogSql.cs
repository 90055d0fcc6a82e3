namespace Tideway.ShareRegistry.Catalog;

/// <summary>What a recipient may see. Every statement starts from its grants, so that nothing else can come out.</summary>
internal static class CatalogSql
{
    private const string ShareColumns =
        "s.share_id AS ShareId, s.name AS Name, s.display_name AS DisplayName, s.comment AS Comment, s.properties AS Properties, s.name_key AS \"Key\"";

    private const string Shares = "FROM share_grant g JOIN share s ON s.share_id = g.share_id WHERE g.recipient_id = @recipientId";

    private const string TableColumns =
        "t.table_id AS TableId, s.share_id AS ShareId, s.name AS ShareName, t.schema_name AS SchemaName, t.schema_key AS SchemaKey, t.table_name AS TableName, t.table_key AS TableKey, t.location AS Location, t.history_shared AS HistoryShared, t.change_feed_shared AS ChangeFeedShared, t.start_version AS StartVersion, t.plain_copies AS PlainCopies, t.directory_access AS DirectoryAccess";

    private const string Tables =
        "FROM share_grant g JOIN share s ON s.share_id = g.share_id JOIN shared_table t ON t.share_id = s.share_id WHERE g.recipient_id = @recipientId AND s.name_key = @share";

    private const string Volumes =
        "FROM share_grant g JOIN share s ON s.share_id = g.share_id JOIN shared_volume v ON v.share_id = s.share_id WHERE g.recipient_id = @recipientId AND s.name_key = @share";

    public const string ListShares = $"SELECT {ShareColumns} {Shares} AND s.name_key > @after ORDER BY s.name_key LIMIT @limit";

    public const string FindShare = $"SELECT {ShareColumns} {Shares} AND s.name_key = @share";

    public const string CountShares = "SELECT count(*) FROM share WHERE name_key = @share";

    public const string ListSchemas =
        $"SELECT min(o.schema_name) AS Name, o.schema_key AS \"Key\" FROM (SELECT t.schema_name, t.schema_key {Tables} AND t.schema_key > @after UNION ALL SELECT v.schema_name, v.schema_key {Volumes} AND v.schema_key > @after) o GROUP BY o.schema_key ORDER BY o.schema_key LIMIT @limit";

    public const string FindSchema =
        $"SELECT min(o.schema_name) AS Name, o.schema_key AS \"Key\" FROM (SELECT t.schema_name, t.schema_key {Tables} AND t.schema_key = @schema UNION ALL SELECT v.schema_name, v.schema_key {Volumes} AND v.schema_key = @schema) o GROUP BY o.schema_key";

    public const string ListTables = $"SELECT {TableColumns} {Tables} AND t.schema_key = @schema AND t.table_key > @after ORDER BY t.table_key LIMIT @limit";

    public const string ListAllTables =
        $"SELECT {TableColumns} {Tables} AND (t.schema_key, t.table_key) > (@afterSchema, @afterTable) ORDER BY t.schema_key, t.table_key LIMIT @limit";

    public const string FindTable = $"SELECT {TableColumns} {Tables} AND t.schema_key = @schema AND t.table_key = @table";
}
