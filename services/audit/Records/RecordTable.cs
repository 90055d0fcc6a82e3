using Tideway.Hosting.Database;

namespace Tideway.Audit.Records;

/// <summary>Where each part of a record is kept.</summary>
internal static class RecordTable
{
    public static RowTable<AuditRecord> Rows { get; } =
        new RowTable<AuditRecord>("audit_record")
            .Number("sequence", record => record.Sequence)
            .Text("event_id", record => record.EventId.ToString())
            .Number("event_time", record => record.EventTime)
            .Text("event_date", record => record.EventDate)
            .Number("recorded_at", record => record.RecordedAt)
            .Text("direction", record => record.Direction)
            .Text("service_name", record => record.ServiceName)
            .Text("action_name", record => record.ActionName)
            .Text("user_identity", record => record.UserIdentity)
            .Text("recipient_name", record => record.RecipientName)
            .Text("provider_name", record => record.ProviderName)
            .Text("share_name", record => record.ShareName)
            .Text("schema_name", record => record.SchemaName)
            .Text("table_name", record => record.TableName)
            .Text("source_ip_address", record => record.SourceIpAddress)
            .Text("user_agent", record => record.UserAgent)
            .Text("request_id", record => record.RequestId)
            .Text("request_ids", record => record.RequestIds)
            .Text("request_params", record => record.RequestParams)
            .Number("status_code", record => record.StatusCode)
            .Text("error_code", record => record.ErrorCode)
            .Text("error_message", record => record.ErrorMessage)
            .Text("result", record => record.Result)
            .Text("decision", record => record.Decision)
            .Bytes("previous_hash", record => record.PreviousHash)
            .Bytes("hash", record => record.Hash);
}
