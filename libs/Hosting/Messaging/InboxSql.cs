using System.Text;
using Dapper;
using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>Statements on the inbox. As with the outbox, PostgreSQL gets one array where SQLite gets a value for each message.</summary>
internal static class InboxSql
{
    public const string Forget = "DELETE FROM inbox_message WHERE consumed_at < @before";

    private const string NoteArray =
        "INSERT INTO inbox_message (message_id, consumer, consumed_at) SELECT id, @consumer, @now FROM unnest(@ids) AS id ON CONFLICT DO NOTHING RETURNING message_id";

    /// <summary>Notes messages as handled; returns those that were not noted before.</summary>
    public static async Task<HashSet<Guid>> NoteAsync(
        ServiceTransaction transaction,
        DatabaseEngine engine,
        string consumer,
        IReadOnlyList<ReceivedMessage> messages,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var fresh =
            engine == DatabaseEngine.PostgreSql
                ? await transaction.QueryAsync<string>(
                    NoteArray,
                    new
                    {
                        ids = messages.Select(message => message.MessageId.ToString()).ToArray(),
                        consumer,
                        now,
                    },
                    cancellationToken
                )
                : await NoteEachAsync(transaction, consumer, messages, now, cancellationToken);
        return fresh.Select(Guid.Parse).ToHashSet();
    }

    private static Task<IReadOnlyList<string>> NoteEachAsync(
        ServiceTransaction transaction,
        string consumer,
        IReadOnlyList<ReceivedMessage> messages,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var sql = new StringBuilder("INSERT INTO inbox_message (message_id, consumer, consumed_at) VALUES ");
        var parameters = new DynamicParameters();
        parameters.Add("consumer", consumer);
        parameters.Add("now", DatabaseTime.ToMicroseconds(now));
        for (var i = 0; i < messages.Count; i++)
        {
            sql.Append(i == 0 ? "" : ", ").Append($"(@id{i}, @consumer, @now)");
            parameters.Add("id" + i, messages[i].MessageId.ToString());
        }

        sql.Append(" ON CONFLICT DO NOTHING RETURNING message_id");
        return transaction.QueryAsync<string>(sql.ToString(), parameters, cancellationToken);
    }
}
