using System.Text.Json;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>Refuses conditions that could choose other rows each time they are asked: an operation asks more than once.</summary>
internal static class Determinism
{
    /// <summary>Throws <see cref="DeltaLogError.InvalidData"/>, naming the function, for a condition that calls one such as <c>random()</c>.</summary>
    public static void Require(DuckDbConnection connection, string condition, Uri root)
    {
        var serialized = connection.Scalar<string>($"SELECT json_serialize_sql({SqlText.Literal($"SELECT ({condition})")})")!;
        using var document = JsonDocument.Parse(serialized, new JsonDocumentOptions { MaxDepth = 512 });
        var names = Functions(document.RootElement).Select(name => name.ToLowerInvariant()).Distinct().ToList();
        if (names.Count == 0)
            return;
        var volatileName = connection.Scalar<string>(
            $"SELECT function_name FROM duckdb_functions() WHERE stability = 'VOLATILE' AND function_name IN ({string.Join(", ", names.Select(SqlText.Literal))}) LIMIT 1"
        );
        if (volatileName is not null)
            throw new DeltaLogException(
                DeltaLogError.InvalidData,
                $"Expected a condition on the rows of '{root}' that is the same each time, found one that calls {volatileName}(): {condition}."
            )
            {
                TableRoot = root,
            };
    }

    private static IEnumerable<string> Functions(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject()
                .SelectMany(member =>
                    member is { Name: "function_name", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : Functions(member.Value)
                ),
            JsonValueKind.Array => json.EnumerateArray().SelectMany(Functions),
            _ => [],
        };
}
