using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.Audit.Records;

/// <summary>
/// Makes what a stranger sent fit for a column, so that no request can be made that the record cannot hold: PostgreSQL takes neither a NUL nor
/// half a surrogate pair, and an index takes no long value.
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
    public static string? Clean(string? text)
    {
        if (text is null)
            return null;
        var whole = text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
        return whole.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0 ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(whole)) : whole;
    }

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
