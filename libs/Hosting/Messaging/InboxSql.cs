using System.Text;
using Dapper;
using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>Statements on the inbox.</summary>
internal static class InboxSql
{
    public const string Forget = "DELETE FROM inbox_message WHERE consumed_at < @before";

    /// <summary>Notes messages as handled; returns those that were not noted before.</summary>
    public static async Task<HashSet<Guid>> NoteAsync(
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
        var fresh = await transaction.QueryAsync<string>(sql.ToString(), parameters, cancellationToken);
        return fresh.Select(Guid.Parse).ToHashSet();
    }
}
