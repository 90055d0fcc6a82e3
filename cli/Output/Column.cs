using System.Globalization;
using System.Text.Json;

namespace Tideway.Cli.Output;

/// <summary>What of an object is shown, under which title.</summary>
internal sealed record Column(string Title, Func<JsonElement, string> Text)
{
    /// <summary>A member, or one of a member: <c>last_run.state</c>.</summary>
    public static Column Of(string title, string path) => new(title, element => Plain(Find(element, path)));

    /// <summary>A time that is milliseconds since 1970 or ISO 8601.</summary>
    public static Column Time(string title, string path) => new(title, element => TimeText(Find(element, path)));

    /// <summary>A number of bytes.</summary>
    public static Column Bytes(string title, string path) =>
        new(title, element => Find(element, path) is { ValueKind: JsonValueKind.Number } bytes ? BytesText.Of(bytes.GetInt64()) : "");

    public static JsonElement? Find(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var member))
                return null;
            element = member;
        }

        return element;
    }

    /// <summary>A value for people.</summary>
    public static string Plain(JsonElement? element) =>
        element switch
        {
            null or { ValueKind: JsonValueKind.Null } => "",
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { ValueKind: JsonValueKind.True } => "yes",
            { ValueKind: JsonValueKind.False } => "no",
            { ValueKind: JsonValueKind.Array } list => string.Join(", ", list.EnumerateArray().Select(item => Plain(item))),
            { ValueKind: JsonValueKind.Object } map => string.Join(", ", map.EnumerateObject().Select(member => $"{member.Name}={Plain(member.Value)}")),
            { } other => other.GetRawText(),
        };

    private static string TimeText(JsonElement? element)
    {
        DateTimeOffset? time = element switch
        {
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var milliseconds) && IsTime(milliseconds) =>
                DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
            { ValueKind: JsonValueKind.String } text when text.TryGetDateTimeOffset(out var parsed) => parsed,
            _ => null,
        };
        return time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "";
    }

    private static bool IsTime(long milliseconds) =>
        milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
}
