namespace Tideway.ShareRegistry.Catalog;

/// <summary>What a recipient may see. Every statement starts from its grants, so that nothing else can come out.</summary>
internal static class CatalogSql
{
    private const string ShareColumns =
        "s.share_id AS ShareId, s.name AS Name, s.display_name AS DisplayName, s.comment AS Comment, s.properties AS Properties, s.name_key AS \"Key\"";

    private const string Shares = "FROM share_grant g JOIN share s ON s.share_id = g.share_id WHERE g.recipient_id = @recipientId";

    private const string TableColumns =
        "t.table_id AS TableId, s.share_id AS ShareId, s.name AS ShareName, t.schema_name AS SchemaName, t.schema_key AS SchemaKey, t.table_name AS TableName, t.table_key AS TableKey, t.location AS Location, t.history_shared AS HistoryShared, t.start_version AS StartVersion, t.plain_copies AS PlainCopies, t.directory_access AS DirectoryAccess";

    private const string Tables =
        "FROM share_grant g JOIN share s ON s.share_id = g.share_id JOIN shared_table t ON t.share_id = s.share_id WHERE g.recipient_id = @recipientId AND s.name_key = @share";

    public const string ListShares = $"SELECT {ShareColumns} {Shares} AND s.name_key > @after ORDER BY s.name_key LIMIT @limit";

    public const string FindShare = $"SELECT {ShareColumns} {Shares} AND s.name_key = @share";

    public const string CountShares = "SELECT count(*) FROM share WHERE name_key = @share";

    public const string ListSchemas =
        $"SELECT min(t.schema_name) AS Name, t.schema_key AS \"Key\" {Tables} AND t.schema_key > @after GROUP BY t.schema_key ORDER BY t.schema_key LIMIT @limit";

    public const string FindSchema = $"SELECT min(t.schema_name) AS Name, t.schema_key AS \"Key\" {Tables} AND t.schema_key = @schema GROUP BY t.schema_key";

    public const string ListTables = $"SELECT {TableColumns} {Tables} AND t.schema_key = @schema AND t.table_key > @after ORDER BY t.table_key LIMIT @limit";

    public const string ListAllTables =
        $"SELECT {TableColumns} {Tables} AND (t.schema_key, t.table_key) > (@afterSchema, @afterTable) ORDER BY t.schema_key, t.table_key LIMIT @limit";

    public const string FindTable = $"SELECT {TableColumns} {Tables} AND t.schema_key = @schema AND t.table_key = @table";
}
