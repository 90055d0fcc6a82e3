using System.Data;
using System.Data.Common;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Records;

/// <summary>The insert of a record, prepared once for a transaction.</summary>
internal sealed class RecordInsert : IAsyncDisposable
{
    private static readonly (string Name, DbType Type, Func<AuditRecord, object?> Value)[] Columns =
    [
        ("@sequence", DbType.Int64, record => record.Sequence),
        ("@event_id", DbType.String, record => record.EventId.ToString()),
        ("@event_time", DbType.Int64, record => record.EventTime),
        ("@event_date", DbType.String, record => record.EventDate),
        ("@recorded_at", DbType.Int64, record => record.RecordedAt),
        ("@direction", DbType.String, record => record.Direction),
        ("@service_name", DbType.String, record => record.ServiceName),
        ("@action_name", DbType.String, record => record.ActionName),
        ("@user_identity", DbType.String, record => record.UserIdentity),
        ("@recipient_name", DbType.String, record => record.RecipientName),
        ("@provider_name", DbType.String, record => record.ProviderName),
        ("@share_name", DbType.String, record => record.ShareName),
        ("@schema_name", DbType.String, record => record.SchemaName),
        ("@table_name", DbType.String, record => record.TableName),
        ("@source_ip_address", DbType.String, record => record.SourceIpAddress),
        ("@user_agent", DbType.String, record => record.UserAgent),
        ("@request_id", DbType.String, record => record.RequestId),
        ("@request_ids", DbType.String, record => record.RequestIds),
        ("@request_params", DbType.String, record => record.RequestParams),
        ("@status_code", DbType.Int32, record => record.StatusCode),
        ("@error_code", DbType.String, record => record.ErrorCode),
        ("@error_message", DbType.String, record => record.ErrorMessage),
        ("@result", DbType.String, record => record.Result),
        ("@decision", DbType.String, record => record.Decision),
        ("@previous_hash", DbType.Binary, record => record.PreviousHash),
        ("@hash", DbType.Binary, record => record.Hash),
    ];

    private readonly DbCommand command;

    // By place: to look each up by its name costs as much as the insert.
    private readonly DbParameter[] parameters;

    private RecordInsert(DbCommand command)
    {
        this.command = command;
        parameters = [.. command.Parameters.Cast<DbParameter>()];
    }

    public static async Task<RecordInsert> PrepareAsync(ServiceTransaction transaction, CancellationToken cancellationToken)
    {
        var insert = transaction.Connection.CreateCommand();
        insert.Transaction = transaction.Transaction;
        insert.CommandText = RecordSql.Insert;
        foreach (var (name, type, _) in Columns)
        {
            var parameter = insert.CreateParameter();
            parameter.ParameterName = name;
            parameter.DbType = type;
            insert.Parameters.Add(parameter);
        }

        await insert.PrepareAsync(cancellationToken);
        return new RecordInsert(insert);
    }

    /// <summary>Whether the record was new.</summary>
    public async Task<bool> RunAsync(AuditRecord record, CancellationToken cancellationToken)
    {
        for (var i = 0; i < parameters.Length; i++)
            parameters[i].Value = Columns[i].Value(record) ?? DBNull.Value;
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public ValueTask DisposeAsync() => command.DisposeAsync();
}
