using System.Text.Json;

namespace Tideway.DuckDb;

/// <summary>Says whether a text is one condition on the columns at hand and nothing else: by DuckDB's own parser, so that nothing it understands is overlooked.</summary>
internal static class ConditionSql
{
    private const int DeepestTree = 100_000;

    /// <exception cref="DuckDbException">The text does not parse as an expression, or reads something else than the columns at hand.</exception>
    public static void Check(DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        // On a line of its own, so that a comment at the end cannot swallow what follows.
        var query = $"SELECT 1 WHERE (\n{sql}\n)";
        UntrustedSql.Check(connection, query, cancellationToken);
        using var result = connection.Query(UntrustedSql.Serialize, [query], cancellationToken);
        using var chunk = result.FetchChunk(cancellationToken);
        using var tree = JsonDocument.Parse(chunk!.Column(0).Utf8(0).ToArray(), new JsonDocumentOptions { MaxDepth = DeepestTree });
        var statements = tree.RootElement.GetProperty("statements");
        if (statements.GetArrayLength() != 1 || !IsCondition(statements[0].GetProperty("node")))
            throw Refused("holds more than one expression");
        if (HasSubquery(statements[0].GetProperty("node").GetProperty("where_clause")))
            throw Refused("holds a query");
    }

    private static bool IsCondition(JsonElement node) =>
        node.GetProperty("type").GetString() == "SELECT_NODE"
        && node.GetProperty("from_table").GetProperty("type").GetString() == "EMPTY"
        && node.GetProperty("modifiers").GetArrayLength() == 0
        && node.GetProperty("group_expressions").GetArrayLength() == 0
        && node.GetProperty("cte_map").GetProperty("map").GetArrayLength() == 0
        && IsNull(node, "having")
        && IsNull(node, "qualify")
        && IsNull(node, "sample");

    private static bool IsNull(JsonElement node, string member) => node.GetProperty(member).ValueKind == JsonValueKind.Null;

    private static bool HasSubquery(JsonElement root)
    {
        var pending = new Stack<JsonElement>([root]);
        while (pending.TryPop(out var element))
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                    pending.Push(item);
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in element.EnumerateObject())
                {
                    if (member.NameEquals("class"u8) && member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals("SUBQUERY"u8))
                        return true;
                    pending.Push(member.Value);
                }
            }
        }

        return false;
    }

    private static DuckDbException Refused(string reason) =>
        new(DuckDbError.Permission, $"Expected one condition on the columns, but the text {reason}, which is not allowed here.");
}
