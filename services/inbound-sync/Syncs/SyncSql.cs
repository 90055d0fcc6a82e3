namespace Tideway.InboundSync.Syncs;

/// <summary>Statements on syncs.</summary>
internal static class SyncSql
{
    private const string Columns =
        "s.sync_id AS SyncId, s.name, s.provider_id AS ProviderId, p.name AS ProviderName, s.share, s.schema_name AS SchemaName, s.table_name AS TableName, s.mode, "
        + "s.key_columns AS KeyColumns, s.target_location AS TargetLocation, s.target_root AS TargetRoot, s.interval_seconds AS IntervalSeconds, s.due_at AS DueAt, s.due_trigger AS DueTrigger, s.failures, "
        + "s.remote_version AS RemoteVersion, s.quarantined_version AS QuarantinedVersion, s.quarantined_table AS QuarantinedTable, s.synced_at AS SyncedAt, s.last_run_id AS LastRunId, s.lease_owner AS LeaseOwner, s.lease_until AS LeaseUntil, "
        + "s.created_at AS CreatedAt, s.created_by AS CreatedBy";

    private const string From = $"SELECT {Columns} FROM sync s JOIN provider p ON p.provider_id = s.provider_id";

    public const string Insert =
        "INSERT INTO sync (sync_id, name, name_key, provider_id, share, schema_name, table_name, remote_key, mode, key_columns, target_location, target_root, interval_seconds, due_at, due_trigger, failures, created_at, created_by) "
        + "VALUES (@SyncId, @Name, @NameKey, @ProviderId, @Share, @SchemaName, @TableName, @RemoteKey, @Mode, @KeyColumns, @TargetLocation, @TargetRoot, @IntervalSeconds, @DueAt, @DueTrigger, 0, @CreatedAt, @CreatedBy) "
        + "ON CONFLICT DO NOTHING";

    public const string Find = $"{From} WHERE s.name_key = @key";

    public const string FindById = $"{From} WHERE s.sync_id = @id";

    /// <summary>The sync that writes to a folder, to one above it or to one below it.</summary>
    public const string FindByTarget =
        $"{From} WHERE s.target_location = @target OR substr(s.target_location, 1, length(@target) + 1) = @target || '/' "
        + "OR substr(@target, 1, length(s.target_location) + 1) = s.target_location || '/' ORDER BY s.name_key LIMIT 1";

    public const string Page = $"{From} WHERE s.name_key > @after ORDER BY s.name_key LIMIT @limit";

    public const string Delete = "DELETE FROM sync WHERE sync_id = @id";

    public const string MakeDue = "UPDATE sync SET due_at = @now, due_trigger = @trigger WHERE sync_id = @id";

    /// <summary>Syncs that wait after a failure need not: what they failed for may be good now.</summary>
    public const string MakeFailingDue =
        "UPDATE sync SET due_at = @now, due_trigger = @trigger WHERE provider_id = @providerId AND failures > 0 AND due_at > @now";

    public const string MakeDueByRemote = "UPDATE sync SET due_at = @now, due_trigger = @trigger WHERE provider_id = @providerId AND remote_key = @remoteKey";

    /// <summary>Takes syncs that are due and that nobody has, for a time. A holder that died loses them when the time is over.</summary>
    public const string Claim =
        "UPDATE sync SET lease_owner = @holder, lease_until = @until WHERE sync_id IN "
        + "(SELECT sync_id FROM sync WHERE due_at <= @now AND (lease_until IS NULL OR lease_until < @now) ORDER BY due_at LIMIT @limit) "
        + "AND (lease_until IS NULL OR lease_until < @now) RETURNING sync_id";

    public const string Renew = "UPDATE sync SET lease_until = @until WHERE sync_id = @id AND lease_owner = @holder";

    public const string Release = "UPDATE sync SET lease_owner = NULL, lease_until = NULL WHERE sync_id = @id AND lease_owner = @holder";

    public const string ReleaseAll = "UPDATE sync SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL";

    /// <summary>Ends a run. A gap is forgotten with one that succeeded. Whatever made the sync due while it ran stays, so that another run follows.</summary>
    public const string Finish =
        "UPDATE sync SET lease_owner = NULL, lease_until = NULL, failures = @Failures, remote_version = COALESCE(@RemoteVersion, remote_version), "
        + "quarantined_version = @QuarantinedVersion, quarantined_table = @QuarantinedTable, told_gap = CASE WHEN @Failures = 0 THEN NULL ELSE told_gap END, synced_at = COALESCE(@SyncedAt, synced_at), "
        + "due_trigger = CASE WHEN due_at <> @claimedDueAt THEN due_trigger ELSE @nextTrigger END, due_at = CASE WHEN due_at <> @claimedDueAt THEN due_at ELSE @DueAt END "
        + "WHERE sync_id = @id AND lease_owner = @holder";

    /// <summary>Notes a gap as told; nothing where that is the last one that was.</summary>
    public const string TellGap = "UPDATE sync SET told_gap = @gap WHERE sync_id = @id AND lease_owner = @holder AND (told_gap IS NULL OR told_gap <> @gap)";

    public const string NextDue = "SELECT due_at FROM sync WHERE lease_until IS NULL OR lease_until < @now ORDER BY due_at LIMIT 1";

    public const string TargetRoots = "SELECT DISTINCT target_root FROM sync";

    public const string Freshness = $"{From} ORDER BY s.name_key";
}
