namespace Tideway.CdfPublisher.Tables;

/// <summary>Statements on the tables that are watched.</summary>
internal static class WatchSql
{
    private const string Columns = """
        w.storage_location AS StorageLocation, w.last_version AS LastVersion, w.metadata_id AS MetadataId, w.schema_fingerprint AS SchemaFingerprint, w.last_commit AS LastCommit,
            w.change_feed_enabled AS ChangeFeedEnabled, w.failures AS Failures, w.last_error AS LastError,
            EXISTS (SELECT 1 FROM shared_table t WHERE t.storage_location = w.storage_location AND t.announced_version IS NULL) AS HasUnannouncedShare
        """;

    public const string InsertMissing = """
        INSERT INTO watched_table (storage_location, change_feed_enabled, lease_until, failures)
        SELECT DISTINCT t.storage_location, FALSE, 0, 0 FROM shared_table t
        WHERE NOT EXISTS (SELECT 1 FROM watched_table w WHERE w.storage_location = t.storage_location)
        ON CONFLICT DO NOTHING
        """;

    public const string DeleteUnshared =
        "DELETE FROM watched_table WHERE NOT EXISTS (SELECT 1 FROM shared_table t WHERE t.storage_location = watched_table.storage_location)";

    public const string NoteReplica = """
        INSERT INTO watching_replica (replica, seen_at) VALUES (@replica, @now)
        ON CONFLICT (replica) DO UPDATE SET seen_at = excluded.seen_at
        """;

    public const string ForgetReplicas = "DELETE FROM watching_replica WHERE seen_at < @before";

    public const string ForgetReplica = "DELETE FROM watching_replica WHERE replica = @replica";

    public const string CountReplicas = "SELECT COUNT(*) FROM watching_replica";

    public const string CountTables = "SELECT COUNT(*) FROM watched_table";

    public const string Renew = "UPDATE watched_table SET lease_until = @until WHERE lease_owner = @replica AND lease_until >= @now";

    /// <summary>Takes free tables, some of them: others may want some too.</summary>
    public const string Claim = """
        UPDATE watched_table SET lease_owner = @replica, lease_until = @until
        WHERE lease_until < @now AND storage_location IN
            (SELECT storage_location FROM watched_table WHERE lease_until < @now ORDER BY storage_location LIMIT @count)
        """;

    public const string Release = """
        UPDATE watched_table SET lease_owner = NULL, lease_until = 0
        WHERE lease_owner = @replica AND storage_location IN
            (SELECT storage_location FROM watched_table WHERE lease_owner = @replica ORDER BY storage_location DESC LIMIT @count)
        """;

    public const string ReleaseAll = "UPDATE watched_table SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = @replica";

    public const string CountMine = "SELECT COUNT(*) FROM watched_table WHERE lease_owner = @replica AND lease_until >= @now";

    public const string Mine = $"SELECT {Columns} FROM watched_table w WHERE w.lease_owner = @replica AND w.lease_until >= @now";

    public const string One = $"SELECT {Columns} FROM watched_table w WHERE w.storage_location = @location";

    public const string All = $"SELECT {Columns} FROM watched_table w ORDER BY w.storage_location";

    public const string OfShares = $"""
        SELECT {Columns} FROM watched_table w WHERE w.storage_location IN (
            SELECT t.storage_location FROM shared_table t JOIN share s ON s.share_id = t.share_id
            WHERE s.name_key = @shareKey AND (@schemaKey IS NULL OR t.schema_key = @schemaKey) AND (@tableKey IS NULL OR t.table_key = @tableKey))
        ORDER BY w.storage_location
        """;

    /// <summary>
    /// Moves a table on from exactly the version that was looked at. Whoever comes second changes nothing, so that a version is announced once
    /// whatever became of the leases.
    /// </summary>
    public const string Advance = """
        UPDATE watched_table SET last_version = @toVersion, metadata_id = @MetadataId, schema_fingerprint = @SchemaFingerprint,
            change_feed_enabled = @ChangeFeedEnabled, last_commit = @lastCommit, failures = 0, last_error = NULL, looked_at = @now
        WHERE storage_location = @location AND last_version IS NOT DISTINCT FROM @fromVersion AND metadata_id IS NOT DISTINCT FROM @fromMetadataId
        """;

    public const string Fail = """
        UPDATE watched_table SET failures = failures + 1, last_error = @error, looked_at = @now WHERE storage_location = @location
        """;

    public const string Recover = "UPDATE watched_table SET failures = 0, last_error = NULL, looked_at = @now WHERE storage_location = @location";

    public const string SharedTables = """
        SELECT s.share_id AS ShareId, s.name AS ShareName, t.table_id AS TableId, t.schema_name AS SchemaName, t.table_name AS TableName,
            t.change_feed_shared AS ChangeFeedShared, t.start_version AS StartVersion,
            t.announced_version AS AnnouncedVersion
        FROM shared_table t JOIN share s ON s.share_id = t.share_id
        WHERE t.storage_location = @location AND NOT s.deleted
        ORDER BY s.share_id, t.table_id
        """;

    public const string NoteAnnounced =
        "UPDATE shared_table SET announced_version = @version WHERE share_id = @ShareId AND table_id = @TableId AND storage_location = @location";
}
