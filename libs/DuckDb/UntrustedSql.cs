using System.Collections.Frozen;
using System.Text.Json;

namespace Tideway.DuckDb;

/// <summary>
/// Says what a query of an untrusted author may not do. Some table functions act on the process whatever the configuration says: <c>enable_logging</c> prints
/// to its output, and has DuckDB abort it when a log file may not be written; <c>query</c> runs text that no one has looked at. So only known ones pass, and
/// DuckDB's own parser says which are called.
/// </summary>
internal static class UntrustedSql
{
    internal const string Serialize = "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR";
    private const int DeepestTree = 100_000;

    private static readonly FrozenSet<string> TableFunctions = new[]
    {
        "generate_series",
        "json_each",
        "json_tree",
        "range",
        "read_csv",
        "read_csv_auto",
        "read_json",
        "read_json_auto",
        "read_parquet",
        "parquet_scan",
        "repeat",
        "unnest",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="DuckDbException">The text does not parse, holds something else than queries, or calls another table function.</exception>
    public static void Check(DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var result = connection.Query(Serialize, [sql], cancellationToken);
        using var chunk = result.FetchChunk(cancellationToken);
        Check(chunk!.Column(0).Utf8(0));
    }

    /// <summary>A table function is an object of that type, whose member "function" is an object with the name.</summary>
    private static void Check(ReadOnlySpan<byte> tree)
    {
        var reader = new Utf8JsonReader(tree, new JsonReaderOptions { MaxDepth = DeepestTree });
        var isTableFunction = new Stack<bool>();
        var member = Member.Other;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    isTableFunction.Push(false);
                    break;
                case JsonTokenType.EndObject:
                    _ = isTableFunction.Pop();
                    break;
                case JsonTokenType.True when member == Member.Error && isTableFunction.Count == 1:
                    throw Refused(ref reader);
                case JsonTokenType.String when member == Member.Type && reader.ValueTextEquals("TABLE_FUNCTION"u8):
                    _ = isTableFunction.Pop();
                    isTableFunction.Push(true);
                    break;
                case JsonTokenType.String when member == Member.FunctionName && isTableFunction.Skip(1).FirstOrDefault():
                    Check(reader.GetString()!);
                    break;
            }

            member = reader.TokenType == JsonTokenType.PropertyName ? MemberAt(ref reader) : Member.Other;
        }
    }

    private static void Check(string tableFunction)
    {
        if (!TableFunctions.Contains(tableFunction))
            throw new DuckDbException(DuckDbError.Permission, $"The table function {tableFunction} is not allowed in a query that is not trusted.");
    }

    private static Member MemberAt(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("type"u8) ? Member.Type
        : reader.ValueTextEquals("function_name"u8) ? Member.FunctionName
        : reader.ValueTextEquals("error"u8) ? Member.Error
        : Member.Other;

    private static DuckDbException Refused(ref Utf8JsonReader reader)
    {
        var (type, message) = ("", "");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isMessage) = (reader.ValueTextEquals("error_type"u8), reader.ValueTextEquals("error_message"u8));
            _ = reader.Read();
            if (isType)
                type = reader.GetString();
            if (isMessage)
                message = reader.GetString();
        }

        return type == "parser"
            ? new DuckDbException(DuckDbError.Parser, $"Parser Error: {message}")
            : new DuckDbException(DuckDbError.Permission, $"Expected a single query: {message}");
    }

    private enum Member
    {
        Other,
        Type,
        FunctionName,
        Error,
    }
}
