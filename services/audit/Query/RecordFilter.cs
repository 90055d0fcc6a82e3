using System.Text;
using Dapper;

namespace Tideway.Audit.Query;

/// <summary>Which records are asked for. Names are compared without regard to case.</summary>
internal sealed record RecordFilter
{
    /// <summary>UTC microseconds since 1970, inclusive.</summary>
    public long? StartTime { get; init; }

    /// <summary>UTC microseconds since 1970, exclusive.</summary>
    public long? EndTime { get; init; }

    /// <summary>Values by the name of their query parameter, one of <see cref="Columns"/>.</summary>
    public IReadOnlyDictionary<string, string> Equal { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string? RequestId { get; init; }

    /// <summary>Query parameters that ask for equality, with their columns.</summary>
    public static IReadOnlyDictionary<string, string> Columns { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["actor"] = "user_identity",
            ["recipient"] = "recipient_name",
            ["provider"] = "provider_name",
            ["share"] = "share_name",
            ["schema"] = "schema_name",
            ["table"] = "table_name",
            ["action"] = "action_name",
            ["direction"] = "direction",
            ["decision"] = "decision",
            ["service"] = "service_name",
        };

    /// <summary>Adds the conditions to a statement that has a WHERE already.</summary>
    public void AppendTo(StringBuilder sql, DynamicParameters parameters)
    {
        Compare(sql, parameters, "event_time >= @startTime", "startTime", StartTime);
        Compare(sql, parameters, "event_time < @endTime", "endTime", EndTime);
        foreach (var (name, value) in Equal)
        {
            var column = Columns[name];
            // The partial indexes need to be told that the column is there. What has few values is known in lower case and needs no index on it.
            Compare(
                sql,
                parameters,
                column is "direction" or "decision" ? $"{column} = @{name}" : $"{column} IS NOT NULL AND lower({column}) = lower(@{name})",
                name,
                value
            );
        }

        Compare(
            sql,
            parameters,
            "(request_id = @requestId OR sequence IN (SELECT sequence FROM audit_further_request WHERE request_id = @requestId))",
            "requestId",
            RequestId
        );
    }

    private static void Compare(StringBuilder sql, DynamicParameters parameters, string condition, string name, object? value)
    {
        if (value is null)
            return;
        sql.Append(" AND ").Append(condition);
        parameters.Add(name, value);
    }
}
