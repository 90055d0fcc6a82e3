using Tideway.Hosting.Database;

namespace Tideway.Audit.Records;

/// <summary>Statements on the record. There is none that changes or removes one.</summary>
internal static class RecordSql
{
    public const string Columns =
        "sequence AS Sequence, event_id AS EventId, event_time AS EventTime, event_date AS EventDate, recorded_at AS RecordedAt, direction AS Direction, "
        + "service_name AS ServiceName, action_name AS ActionName, user_identity AS UserIdentity, recipient_name AS RecipientName, "
        + "provider_name AS ProviderName, share_name AS ShareName, schema_name AS SchemaName, table_name AS TableName, "
        + "source_ip_address AS SourceIpAddress, user_agent AS UserAgent, request_id AS RequestId, request_ids AS RequestIds, "
        + "request_params AS RequestParams, status_code AS StatusCode, error_code AS ErrorCode, error_message AS ErrorMessage, result AS Result, "
        + "decision AS Decision, previous_hash AS PreviousHash, hash AS Hash";

    /// <summary>
    /// PostgreSQL: held until the transaction ends, so that records are chained one transaction after the other. Until then, records are looked up by an index however
    /// small the table is: a plan that was made of a small table is used when it has grown large.
    /// </summary>
    public const string LockChain =
        "SELECT CAST(pg_advisory_xact_lock(hashtextextended('tideway-audit-chain:' || current_schema(), 0)) AS TEXT) "
        + "|| set_config('enable_seqscan', 'off', true)";

    public const string Head = "SELECT sequence AS Sequence, hash AS Hash FROM audit_record ORDER BY sequence DESC LIMIT 1";

    public const string LastSequence = "SELECT COALESCE(MAX(sequence), 0) FROM audit_record";

    public const string Find = $"SELECT {Columns} FROM audit_record WHERE event_id = @id";

    public const string Range = $"SELECT {Columns} FROM audit_record WHERE sequence > @after AND sequence <= @last ORDER BY sequence LIMIT @limit";

    public const string InsertFurtherRequest = "INSERT INTO audit_further_request (request_id, sequence) VALUES (@requestId, @sequence) ON CONFLICT DO NOTHING";

    /// <summary>Those of the given identities that are on record already; the inbox forgets messages in time, the record does not.</summary>
    public static string Known(DatabaseEngine engine) =>
        engine == DatabaseEngine.PostgreSql
            ? "SELECT event_id FROM audit_record WHERE event_id = ANY(@ids)"
            : "SELECT event_id FROM audit_record WHERE event_id IN (SELECT value FROM json_each(@ids))";
}
