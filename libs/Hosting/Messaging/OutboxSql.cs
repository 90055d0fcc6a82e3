using System.Text;
using Dapper;
using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>
/// Statements on the outbox. PostgreSQL gets the columns as arrays: the text is the same for any number of messages, so it is planned once. For SQLite,
/// which is in this process, a text with a value for each column costs next to nothing.
/// </summary>
internal static class OutboxSql
{
    public const string Count = "SELECT COUNT(*) FROM outbox_message";

    /// <summary>The oldest messages.</summary>
    public const string Oldest = $"SELECT {Columns} FROM outbox_message ORDER BY sequence LIMIT @limit";

    private const string Columns = "sequence, message_id AS MessageId, type, body, trace_parent AS TraceParent, created_at AS CreatedAt";

    // An array is made once; a plain subquery could be run again for each row and lock others every time.
    private const string Take =
        "DELETE FROM outbox_message WHERE sequence = ANY(ARRAY(SELECT sequence FROM outbox_message ORDER BY sequence LIMIT @limit FOR UPDATE SKIP LOCKED)) "
        + $"RETURNING {Columns}";

    private const string InsertArrays =
        "INSERT INTO outbox_message (message_id, type, body, trace_parent, created_at) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])";

    private const int RowsPerInsert = 100;

    /// <summary>Puts messages into the outbox and makes the transaction durable.</summary>
    public static async Task InsertAndCommitAsync(
        ServiceTransaction transaction,
        DatabaseEngine engine,
        IReadOnlyList<OutboxMessage> messages,
        CancellationToken cancellationToken
    )
    {
        if (engine == DatabaseEngine.PostgreSql && messages.Count > 0)
        {
            await transaction.ExecuteAndCommitAsync(InsertArrays, Arrays(messages), cancellationToken);
            return;
        }

        await InsertAsync(transaction, messages, cancellationToken);
        await transaction.Transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// PostgreSQL: removes and returns the oldest messages that no other replica is sending just now, oldest first. They are back where the transaction
    /// does not commit.
    /// </summary>
    public static async Task<IReadOnlyList<OutboxMessage>> TakeAsync(ServiceTransaction transaction, int limit, CancellationToken cancellationToken)
    {
        var taken = await transaction.QueryAsync<OutboxMessage>(Take, new { limit }, cancellationToken);
        return [.. taken.OrderBy(message => message.Sequence)];
    }

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

    public static async Task DeleteAsync(ServiceTransaction transaction, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        // The numbers are our own, so they may stand in the text; thousands of parameters may not.
        var sequences = string.Join(',', messages.Select(message => message.Sequence));
        await transaction.ExecuteAsync($"DELETE FROM outbox_message WHERE sequence IN ({sequences})", null, cancellationToken);
    }

    private static object[] Arrays(IReadOnlyList<OutboxMessage> messages)
    {
        var (ids, types, bodies) = (new string[messages.Count], new string[messages.Count], new string[messages.Count]);
        var (traces, times) = (new string?[messages.Count], new long[messages.Count]);
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            (ids[i], types[i], bodies[i], traces[i]) = (message.MessageId.ToString(), message.Type, message.Body, message.TraceParent);
            times[i] = DatabaseTime.ToMicroseconds(message.CreatedAt);
        }

        return [ids, types, bodies, traces, times];
    }
}
