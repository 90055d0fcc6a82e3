using Tideway.Hosting.Database;

namespace Tideway.Audit.Health;

/// <summary>Statements on the figures that are read off the record.</summary>
internal static class HealthSql
{
    public const string Position = "SELECT sequence FROM health_position WHERE id = 1";

    /// <summary>What of each record the figures are made of, in the order of <see cref="HealthFact"/>.</summary>
    public const string Range =
        "SELECT sequence, event_time, action_name, recipient_name, provider_name, share_name, schema_name, table_name, "
        + "CASE WHEN decision = 'none' THEN request_params END, status_code, CASE WHEN decision = 'none' THEN error_message END, result, decision "
        + "FROM audit_record WHERE sequence > @after AND sequence <= @last ORDER BY sequence LIMIT @limit";

    public const string Advance = "UPDATE health_position SET sequence = @sequence WHERE id = 1";

    /// <summary>The newest access decides what is shown as the last one, whichever order they are read in.</summary>
    public const string FoldAccess = """
        INSERT INTO access_health (share_name, recipient_name, last_access_at, last_action, last_table, last_table_version, last_status,
            last_granted_at, last_refused_at, granted_count, refused_count, bytes_granted)
        VALUES (@Share, @Recipient, @LastAccessAt, @LastAction, @LastTable, @LastTableVersion, @LastStatus,
            @LastGrantedAt, @LastRefusedAt, @GrantedCount, @RefusedCount, @BytesGranted)
        ON CONFLICT (share_name, recipient_name) DO UPDATE SET
            last_action = CASE WHEN excluded.last_access_at >= access_health.last_access_at THEN excluded.last_action ELSE access_health.last_action END,
            last_table = CASE WHEN excluded.last_access_at >= access_health.last_access_at THEN excluded.last_table ELSE access_health.last_table END,
            last_table_version = CASE WHEN excluded.last_access_at >= access_health.last_access_at THEN excluded.last_table_version ELSE access_health.last_table_version END,
            last_status = CASE WHEN excluded.last_access_at >= access_health.last_access_at THEN excluded.last_status ELSE access_health.last_status END,
            last_access_at = CASE WHEN excluded.last_access_at >= access_health.last_access_at THEN excluded.last_access_at ELSE access_health.last_access_at END,
            last_granted_at = CASE WHEN access_health.last_granted_at IS NULL OR excluded.last_granted_at > access_health.last_granted_at THEN excluded.last_granted_at ELSE access_health.last_granted_at END,
            last_refused_at = CASE WHEN access_health.last_refused_at IS NULL OR excluded.last_refused_at > access_health.last_refused_at THEN excluded.last_refused_at ELSE access_health.last_refused_at END,
            granted_count = access_health.granted_count + excluded.granted_count,
            refused_count = access_health.refused_count + excluded.refused_count,
            bytes_granted = access_health.bytes_granted + excluded.bytes_granted
        """;

    public const string Accesses =
        "SELECT share_name AS Share, recipient_name AS RecipientName, last_access_at AS LastAccessAt, last_action AS LastAction, last_table AS LastTable, "
        + "last_table_version AS LastTableVersion, last_status AS LastStatus, last_granted_at AS LastGrantedAt, last_refused_at AS LastRefusedAt, "
        + "granted_count AS GrantedCount, refused_count AS RefusedCount, bytes_granted AS BytesGranted "
        + "FROM access_health ORDER BY share_name, recipient_name LIMIT @limit";

    public const string AddSync =
        "INSERT INTO sync_health (sync_id, sync_name, provider_name, share_name, schema_name, table_name) "
        + "VALUES (@syncId, @name, @provider, @share, @schema, @table) ON CONFLICT (sync_id) DO NOTHING";

    public const string SyncStarted =
        "UPDATE sync_health SET last_started_at = @at WHERE sync_id = @syncId AND (last_started_at IS NULL OR last_started_at < @at)";

    public const string SyncCompleted =
        "UPDATE sync_health SET last_success_at = @at, remote_version = @remoteVersion, local_version = @localVersion "
        + "WHERE sync_id = @syncId AND (last_success_at IS NULL OR last_success_at < @at)";

    public const string SyncFailed =
        "UPDATE sync_health SET last_failure_at = @at, last_failure_reason = @reason WHERE sync_id = @syncId AND (last_failure_at IS NULL OR last_failure_at < @at)";

    public const string SyncGap = "UPDATE sync_health SET last_gap_at = @at WHERE sync_id = @syncId AND (last_gap_at IS NULL OR last_gap_at < @at)";

    public const string SyncQuarantine =
        "UPDATE sync_health SET last_quarantine_at = @at WHERE sync_id = @syncId AND (last_quarantine_at IS NULL OR last_quarantine_at < @at)";

    public const string SyncDeleted = "UPDATE sync_health SET deleted_at = @at WHERE sync_id = @syncId";

    public const string Syncs =
        "SELECT sync_id AS SyncId, sync_name AS Name, provider_name AS ProviderName, share_name AS Share, schema_name AS \"Schema\", table_name AS \"Table\", "
        + "last_started_at AS LastStartedAt, last_success_at AS LastSuccessAt, remote_version AS RemoteVersion, local_version AS LocalVersion, "
        + "last_failure_at AS LastFailureAt, last_failure_reason AS LastFailureReason, last_gap_at AS LastGapAt, last_quarantine_at AS LastQuarantineAt "
        + "FROM sync_health WHERE deleted_at IS NULL ORDER BY sync_name, sync_id LIMIT @limit";

    public const string Refusals =
        "SELECT share_name AS Share, recipient_name AS RecipientName, status_code AS StatusCode, error_code AS ErrorCode, COUNT(*) AS Count, "
        + "MAX(event_time) AS LastAt FROM audit_record WHERE decision = 'refused' AND event_time >= @since "
        + "GROUP BY share_name, recipient_name, status_code, error_code ORDER BY COUNT(*) DESC, MAX(event_time) DESC LIMIT @limit";

    public const string RefusedCount =
        "SELECT COALESCE(SUM(CASE WHEN status_code < 500 THEN 1 ELSE 0 END), 0) AS Refused, COALESCE(SUM(CASE WHEN status_code >= 500 THEN 1 ELSE 0 END), 0) AS Failed "
        + "FROM audit_record WHERE decision = 'refused' AND event_time >= @since";

    /// <summary>PostgreSQL: one replica reads on at a time.</summary>
    public static string LockPosition(DatabaseEngine engine) => engine == DatabaseEngine.PostgreSql ? Position + " FOR UPDATE" : Position;
}
