namespace Tideway.InboundSync.Runs;

/// <summary>Statements on runs.</summary>
internal static class SyncRunSql
{
    private const string Columns =
        "run_id AS RunId, sync_id AS SyncId, trigger_name AS \"Trigger\", state, started_at AS StartedAt, finished_at AS FinishedAt, from_version AS FromVersion, to_version AS ToVersion, "
        + "local_version AS LocalVersion, files_total AS FilesTotal, files_done AS FilesDone, bytes_total AS BytesTotal, bytes_done AS BytesDone, rows_inserted AS RowsInserted, "
        + "rows_updated AS RowsUpdated, rows_deleted AS RowsDeleted, whole_table AS WholeTable, reason, request_ids AS RequestIds";

    /// <summary>Adds a run; nothing where another of the sync is queued and this one would be too.</summary>
    public const string Insert =
        "INSERT INTO sync_run (run_id, sync_id, trigger_name, state, started_at, from_version, files_total, files_done, bytes_total, bytes_done, whole_table, request_ids) "
        + "VALUES (@RunId, @SyncId, @Trigger, @State, @StartedAt, @FromVersion, 0, 0, 0, 0, @WholeTable, '[]') ON CONFLICT DO NOTHING";

    public const string FindQueued = $"SELECT {Columns} FROM sync_run WHERE sync_id = @syncId AND state = 'queued'";

    public const string Begin =
        "UPDATE sync_run SET state = 'running', started_at = @StartedAt, from_version = @FromVersion WHERE run_id = @RunId AND state = 'queued'";

    /// <summary>Shows a run as the last one; nothing where the sync is with another.</summary>
    public const string Note = "UPDATE sync SET last_run_id = @runId WHERE sync_id = @syncId AND lease_owner = @holder";

    public const string Progress =
        "UPDATE sync_run SET files_total = @filesTotal, files_done = @filesDone, bytes_total = @bytesTotal, bytes_done = @bytesDone WHERE run_id = @runId AND state = 'running'";

    public const string Finish =
        "UPDATE sync_run SET state = @State, finished_at = @FinishedAt, from_version = @FromVersion, to_version = @ToVersion, local_version = @LocalVersion, files_total = @FilesTotal, "
        + "files_done = @FilesDone, bytes_total = @BytesTotal, bytes_done = @BytesDone, rows_inserted = @RowsInserted, rows_updated = @RowsUpdated, rows_deleted = @RowsDeleted, "
        + "whole_table = @WholeTable, reason = @Reason, request_ids = @RequestIds WHERE run_id = @RunId AND state = 'running'";

    public const string Find = $"SELECT {Columns} FROM sync_run WHERE run_id = @runId AND sync_id = @syncId";

    /// <summary>Several runs. The ids are our own and hold nothing but hex digits, so they may stand in the text: a list as parameter is written differently in each engine.</summary>
    public static string FindMany(IEnumerable<Guid> runIds) =>
        $"SELECT {Columns} FROM sync_run WHERE run_id IN ({string.Join(", ", runIds.Select(id => $"'{id}'"))})";

    public const string Page =
        $"SELECT {Columns} FROM sync_run WHERE sync_id = @syncId AND (@before = '' OR run_id < @before) ORDER BY run_id DESC LIMIT @limit";

    /// <summary>Ends runs whose process ended under them.</summary>
    public const string Interrupt = "UPDATE sync_run SET state = 'failed', finished_at = @now, reason = @reason WHERE state = 'running' AND sync_id = @syncId";

    public const string InterruptAll = "UPDATE sync_run SET state = 'failed', finished_at = @now, reason = @reason WHERE state = 'running'";

    public const string Forget =
        "DELETE FROM sync_run WHERE sync_id = @syncId AND state IN ('succeeded', 'failed') "
        + "AND run_id NOT IN (SELECT run_id FROM sync_run WHERE sync_id = @syncId ORDER BY run_id DESC LIMIT @keep)";

    public const string Quarantine =
        "INSERT INTO quarantine (batch_id, sync_id, run_id, from_version, to_version, row_count, reason, quarantined_at) "
        + "VALUES (@batchId, @syncId, @runId, @fromVersion, @toVersion, @rowCount, @reason, @now)";

    public const string Quarantined =
        "SELECT batch_id AS BatchId, run_id AS RunId, from_version AS FromVersion, to_version AS ToVersion, row_count AS RowCount, reason, quarantined_at AS QuarantinedAt "
        + "FROM quarantine WHERE sync_id = @syncId AND (@before = '' OR batch_id < @before) ORDER BY batch_id DESC LIMIT @limit";
}
