using System.Text;
using Dapper;
using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>Statements on the outbox.</summary>
internal static class OutboxSql
{
    public const string Count = "SELECT COUNT(*) FROM outbox_message";

    private const int RowsPerInsert = 100;

    public static async Task InsertAsync(ServiceTransaction transaction, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        for (var start = 0; start < messages.Count; start += RowsPerInsert)
        {
            var count = Math.Min(RowsPerInsert, messages.Count - start);
            var sql = new StringBuilder("INSERT INTO outbox_message (message_id, type, body, trace_parent, created_at) VALUES ");
            var parameters = new DynamicParameters();
            for (var i = 0; i < count; i++)
            {
                var message = messages[start + i];
                sql.Append(i == 0 ? "" : ", ").Append($"(@id{i}, @type{i}, @body{i}, @trace{i}, @at{i})");
                parameters.Add("id" + i, message.MessageId.ToString());
                parameters.Add("type" + i, message.Type);
                parameters.Add("body" + i, message.Body);
                parameters.Add("trace" + i, message.TraceParent);
                parameters.Add("at" + i, DatabaseTime.ToMicroseconds(message.CreatedAt));
            }

            await transaction.ExecuteAsync(sql.ToString(), parameters, cancellationToken);
        }
    }

    /// <summary>The oldest messages; in PostgreSQL those that no other replica is sending just now, held until the transaction ends.</summary>
    public static string Oldest(DatabaseEngine engine) =>
        "SELECT sequence, message_id AS MessageId, type, body, trace_parent AS TraceParent, created_at AS CreatedAt FROM outbox_message ORDER BY sequence LIMIT @limit"
        + (engine == DatabaseEngine.PostgreSql ? " FOR UPDATE SKIP LOCKED" : "");

    public static async Task DeleteAsync(ServiceTransaction transaction, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        // The numbers are our own, so they may stand in the text; thousands of parameters may not.
        var sequences = string.Join(',', messages.Select(message => message.Sequence));
        await transaction.ExecuteAsync($"DELETE FROM outbox_message WHERE sequence IN ({sequences})", null, cancellationToken);
    }
}
