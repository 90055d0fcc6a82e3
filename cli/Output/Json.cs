using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tideway.Cli.Output;

/// <summary>Small things with JSON that came from a server.</summary>
internal static class Json
{
    /// <summary>The objects of a list member; none where it is absent.</summary>
    public static IReadOnlyList<JsonElement> Items(JsonElement element, string path) =>
        Column.Find(element, path) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

    /// <summary>The first object with a member of the second added.</summary>
    public static JsonElement Merge(JsonElement element, JsonElement from, string member)
    {
        var merged = JsonObject.Create(element)!;
        merged[member] = Column.Find(from, member) is { } value ? JsonNode.Parse(value.GetRawText()) : null;
        return JsonSerializer.SerializeToElement(merged);
    }
}
