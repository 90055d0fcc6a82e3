using System.Data;
using System.Data.Common;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Records;

/// <summary>The insert of a record, prepared once for a transaction.</summary>
internal sealed class RecordInsert : IAsyncDisposable
{
    private readonly DbCommand command;

    private RecordInsert(DbCommand command) => this.command = command;

    public static async Task<RecordInsert> PrepareAsync(ServiceTransaction transaction, CancellationToken cancellationToken)
    {
        var insert = transaction.Connection.CreateCommand();
        insert.Transaction = transaction.Transaction;
        insert.CommandText = RecordSql.Insert;
        Add(insert, DbType.Int64, "sequence", "event_time", "recorded_at");
        Add(insert, DbType.Int32, "status_code");
        Add(insert, DbType.Binary, "previous_hash", "hash");
        Add(insert, DbType.String, "event_id", "event_date", "direction", "service_name", "action_name", "user_identity", "recipient_name");
        Add(insert, DbType.String, "provider_name", "share_name", "schema_name", "table_name", "source_ip_address", "user_agent", "request_id");
        Add(insert, DbType.String, "request_ids", "request_params", "error_code", "error_message", "result", "decision");
        await insert.PrepareAsync(cancellationToken);
        return new RecordInsert(insert);
    }

    /// <summary>Whether the record was new.</summary>
    public async Task<bool> RunAsync(AuditRecord record, CancellationToken cancellationToken)
    {
        Set("sequence", record.Sequence);
        Set("event_id", record.EventId.ToString());
        Set("event_time", record.EventTime);
        Set("event_date", record.EventDate);
        Set("recorded_at", record.RecordedAt);
        Set("direction", record.Direction);
        Set("service_name", record.ServiceName);
        Set("action_name", record.ActionName);
        Set("user_identity", record.UserIdentity);
        Set("recipient_name", record.RecipientName);
        Set("provider_name", record.ProviderName);
        Set("share_name", record.ShareName);
        Set("schema_name", record.SchemaName);
        Set("table_name", record.TableName);
        Set("source_ip_address", record.SourceIpAddress);
        Set("user_agent", record.UserAgent);
        Set("request_id", record.RequestId);
        Set("request_ids", record.RequestIds);
        Set("request_params", record.RequestParams);
        Set("status_code", record.StatusCode);
        Set("error_code", record.ErrorCode);
        Set("error_message", record.ErrorMessage);
        Set("result", record.Result);
        Set("decision", record.Decision);
        Set("previous_hash", record.PreviousHash);
        Set("hash", record.Hash);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public ValueTask DisposeAsync() => command.DisposeAsync();

    private static void Add(DbCommand insert, DbType type, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var parameter = insert.CreateParameter();
            parameter.ParameterName = name;
            parameter.DbType = type;
            insert.Parameters.Add(parameter);
        }
    }

    private void Set(string name, object? value) => command.Parameters[name].Value = value ?? DBNull.Value;
}
