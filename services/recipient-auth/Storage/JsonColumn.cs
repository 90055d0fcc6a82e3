using System.Text.Json;

namespace Tideway.RecipientAuth.Storage;

/// <summary>Small lists and maps that are read and written whole, kept as JSON text.</summary>
internal static class JsonColumn
{
    public static string Of(IReadOnlyList<string> values) => JsonSerializer.Serialize(values);

    public static string Of(IReadOnlyDictionary<string, string> values) => JsonSerializer.Serialize(values);

    public static IReadOnlyList<string> List(string text) => JsonSerializer.Deserialize<List<string>>(text) ?? [];

    public static IReadOnlyDictionary<string, string> Map(string text) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? new Dictionary<string, string>(StringComparer.Ordinal);
}
