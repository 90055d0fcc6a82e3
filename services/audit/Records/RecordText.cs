using System.Text.Json;
using System.Text.Json.Serialization;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Records;

/// <summary>
/// Makes what a stranger sent fit for a column, so that no request can be made that the record cannot hold: not every database takes every text, and an index
/// takes no long value.
/// </summary>
internal static class RecordText
{
    private const int LongestName = 255;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>A text of any length.</summary>
    public static string? Clean(string? text) => text is null ? null : DatabaseText.Clean(text);

    /// <summary>A text that is searched for: names longer than the protocol allows are cut and end in dots.</summary>
    public static string? CleanName(string? name)
    {
        var clean = Clean(name);
        if (clean is null || clean.Length <= LongestName)
            return clean;
        return Clean(clean[..(LongestName - 3)] + "...");
    }

    /// <summary>The object as JSON; nothing where it is absent or has no members.</summary>
    public static string? ToJson(object? value)
    {
        if (value is null)
            return null;
        var json = JsonSerializer.Serialize(value, value.GetType(), Json);
        return json == "{}" ? null : json;
    }
}
