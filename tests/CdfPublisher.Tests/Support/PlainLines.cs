using System.Net;
using System.Text.Json;
using Tideway.DuckDb;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>Row changes in the parquet format, read as clients of that format do: by nothing but what the lines say, and by names of columns.</summary>
internal static class PlainLines
{
    public static async Task<List<JsonElement>> ReadAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    public static IEnumerable<(string Kind, JsonElement Body)> Files(IEnumerable<JsonElement> lines) =>
        lines.Select(line => line.EnumerateObject().Single()).Where(line => line.Name is "add" or "remove" or "cdf").Select(line => (line.Name, line.Value));

    /// <summary>A SELECT of id, name, p, change and version.</summary>
    public static string RowsSql(IEnumerable<JsonElement> lines, string name, Func<JsonElement, string> localPath) =>
        string.Join(
            " UNION ALL ",
            Files(lines)
                .Select(file =>
                {
                    var values = file.Body.GetProperty("partitionValues").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString());
                    var p = values.TryGetValue("p", out var value) ? $"{value}::INT" : "p";
                    var change = file.Kind switch
                    {
                        "add" => "'insert'",
                        "remove" => "'delete'",
                        _ => "_change_type",
                    };
                    return $"SELECT id, {name}, {p} AS p, {change} AS change, {file.Body.GetProperty("version")} AS version "
                        + $"FROM read_parquet({SqlText.Literal(localPath(file.Body))}, hive_partitioning = false)";
                })
        );
}
