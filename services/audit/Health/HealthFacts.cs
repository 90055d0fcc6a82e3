using System.Data;
using System.Data.Common;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Health;

/// <summary>Reads of the record what the figures need. Column by column: every record passes here once, and a mapper costs more than all the rest.</summary>
internal static class HealthFacts
{
    public static async Task<IReadOnlyList<HealthFact>> ReadAsync(
        ServiceTransaction transaction,
        long after,
        long last,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = transaction.Connection.CreateCommand();
        command.Transaction = transaction.Transaction;
        command.CommandText = HealthSql.Range;
        Add(command, "@after", after);
        Add(command, "@last", last);
        Add(command, "@limit", limit);
        var facts = new List<HealthFact>();
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            facts.Add(
                new HealthFact
                {
                    Sequence = reader.GetInt64(0),
                    EventTime = reader.GetInt64(1),
                    ActionName = reader.GetString(2),
                    RecipientName = Text(reader, 3),
                    ProviderName = Text(reader, 4),
                    ShareName = Text(reader, 5),
                    SchemaName = Text(reader, 6),
                    TableName = Text(reader, 7),
                    RequestParams = Text(reader, 8),
                    StatusCode = reader.IsDBNull(9) ? null : reader.GetInt32(9),
                    ErrorMessage = Text(reader, 10),
                    Result = Text(reader, 11),
                    Decision = reader.GetString(12),
                }
            );
        }

        return facts;
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
