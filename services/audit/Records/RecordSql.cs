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

    /// <summary>PostgreSQL: held until the transaction ends, so that records are chained one transaction after the other.</summary>
    public const string LockChain = "SELECT CAST(pg_advisory_xact_lock(hashtextextended('tideway-audit-chain:' || current_schema(), 0)) AS TEXT)";

    public const string Head = "SELECT sequence AS Sequence, hash AS Hash FROM audit_record ORDER BY sequence DESC LIMIT 1";

    public const string LastSequence = "SELECT COALESCE(MAX(sequence), 0) FROM audit_record";

    public const string Find = $"SELECT {Columns} FROM audit_record WHERE event_id = @id";

    public const string Range = $"SELECT {Columns} FROM audit_record WHERE sequence > @after AND sequence <= @last ORDER BY sequence LIMIT @limit";

    /// <summary>Leaves a record out that is there already; the inbox forgets messages in time, the record does not.</summary>
    public const string Insert =
        "INSERT INTO audit_record (sequence, event_id, event_time, event_date, recorded_at, direction, service_name, action_name, user_identity, "
        + "recipient_name, provider_name, share_name, schema_name, table_name, source_ip_address, user_agent, request_id, request_ids, request_params, "
        + "status_code, error_code, error_message, result, decision, previous_hash, hash) VALUES (@sequence, @event_id, @event_time, @event_date, "
        + "@recorded_at, @direction, @service_name, @action_name, @user_identity, @recipient_name, @provider_name, @share_name, @schema_name, "
        + "@table_name, @source_ip_address, @user_agent, @request_id, @request_ids, @request_params, @status_code, @error_code, @error_message, "
        + "@result, @decision, @previous_hash, @hash) ON CONFLICT (event_id) DO NOTHING";

    public const string InsertFurtherRequest = "INSERT INTO audit_further_request (request_id, sequence) VALUES (@requestId, @sequence) ON CONFLICT DO NOTHING";
}
