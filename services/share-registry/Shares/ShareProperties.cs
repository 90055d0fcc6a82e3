using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tideway.ShareRegistry.Shares;

/// <summary>What an owner notes on a share for its recipients, as it is kept: a JSON object with its keys in order, so that the same notes are the same text.</summary>
internal static class ShareProperties
{
    private const string Field = "properties";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of the properties, null for none; or the refusal of what is too much.</summary>
    public static Refusal? Read(IReadOnlyDictionary<string, string?> properties, out string? text)
    {
        text = null;
        if (properties.Count > ShareLimits.Properties)
            return Refusal.Invalid($"{Field}: expected at most {ShareLimits.Properties} pairs, got {properties.Count}.");
        foreach (var (key, value) in properties)
        {
            if (key.Length is 0 or > ShareLimits.PropertyKeyLength)
                return Refusal.Invalid($"{Field}: expected keys of 1 to {ShareLimits.PropertyKeyLength} characters, got '{ShareFields.Shorten(key)}'.");
            if (value is null or { Length: > ShareLimits.PropertyValueLength })
                return Refusal.Invalid(
                    $"{Field}.{ShareFields.Shorten(key)}: expected a text of at most {ShareLimits.PropertyValueLength} characters, "
                        + $"got {(value is null ? "null" : $"{value.Length} characters")}."
                );
        }

        if (properties.Count > 0)
            text = JsonSerializer.Serialize(new SortedDictionary<string, string?>(properties.ToDictionary(), StringComparer.Ordinal), Json);
        return null;
    }

    /// <summary>The properties in the order of their keys; null where there are none.</summary>
    public static IReadOnlyDictionary<string, string>? Of(string? text) =>
        text is null ? null : new SortedDictionary<string, string>(JsonSerializer.Deserialize<Dictionary<string, string>>(text)!, StringComparer.Ordinal);
}
