using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>The few shapes that the log's JSON is made of. Everything unexpected is a <see cref="JsonException"/>.</summary>
internal static class JsonFields
{
    // Nine petabytes: what is beyond is no file, and would make sums overflow.
    private const long MaxSize = 1L << 53;

    public static readonly IReadOnlyDictionary<string, string?> NoPairs = FrozenDictionary<string, string?>.Empty;

    /// <summary>Moves into the object that the reader stands before.</summary>
    public static void BeginObject(this ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Unexpected(ref reader, "an object");
    }

    /// <summary>Moves to the next member's name; false at the end of the object.</summary>
    public static bool NextMember(this ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw new JsonException("the line ends inside an object");
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    public static void SkipValue(this ref Utf8JsonReader reader)
    {
        Advance(ref reader);
        reader.Skip();
    }

    public static string? TakeString(this ref Utf8JsonReader reader)
    {
        Advance(ref reader);
        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Null => null,
            _ => throw Unexpected(ref reader, "a string"),
        };
    }

    public static long? TakeLong(this ref Utf8JsonReader reader)
    {
        Advance(ref reader);
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
            return value;
        throw Unexpected(ref reader, "a whole number");
    }

    /// <summary>A length in bytes: not negative, and no longer than any file can be.</summary>
    public static long? TakeSize(this ref Utf8JsonReader reader) =>
        reader.TakeLong() switch
        {
            null => null,
            >= 0 and <= MaxSize and var value => value,
            var value => throw new JsonException($"expected a length in bytes, found {value}"),
        };

    public static int? TakeInt(this ref Utf8JsonReader reader) =>
        reader.TakeLong() switch
        {
            null => null,
            >= int.MinValue and <= int.MaxValue and var value => (int)value,
            var value => throw new JsonException($"expected a 32-bit number, found {value}"),
        };

    public static bool? TakeBool(this ref Utf8JsonReader reader)
    {
        Advance(ref reader);
        return reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Null => null,
            _ => throw Unexpected(ref reader, "true or false"),
        };
    }

    public static IReadOnlyDictionary<string, string?>? TakePairs(this ref Utf8JsonReader reader)
    {
        Advance(ref reader);
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Unexpected(ref reader, "an object of strings");
        Dictionary<string, string?>? pairs = null;
        while (reader.NextMember())
            (pairs ??= new Dictionary<string, string?>(StringComparer.Ordinal))[reader.GetString()!] = reader.TakeString();
        return pairs ?? NoPairs;
    }

    public static IReadOnlyDictionary<string, string>? TakeStrings(this ref Utf8JsonReader reader)
    {
        var pairs = reader.TakePairs();
        if (pairs is null)
            return null;
        var strings = new Dictionary<string, string>(pairs.Count, StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
            strings[key] = value ?? throw new JsonException($"expected a string for '{key}', found null");
        return strings;
    }

    public static IReadOnlyList<string>? TakeList(this ref Utf8JsonReader reader)
    {
        Advance(ref reader);
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Unexpected(ref reader, "an array of strings");
        var items = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Unexpected(ref reader, "a string"));
        return items;
    }

    /// <summary>The value's JSON text, whitespace removed.</summary>
    public static string TakeRaw(this ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ActionWriter.JsonOptions))
            document.RootElement.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static T Required<T>(T? value, string member)
        where T : class => value ?? throw new JsonException($"the required member '{member}' is missing");

    public static T Required<T>(T? value, string member)
        where T : struct => value ?? throw new JsonException($"the required member '{member}' is missing");

    public static void WritePairs(this Utf8JsonWriter writer, string member, IReadOnlyDictionary<string, string?> pairs)
    {
        writer.WriteStartObject(member);
        foreach (var (key, value) in pairs)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    public static void WriteStrings(this Utf8JsonWriter writer, string member, IReadOnlyDictionary<string, string> pairs)
    {
        writer.WriteStartObject(member);
        foreach (var (key, value) in pairs)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    public static void WriteList(this Utf8JsonWriter writer, string member, IEnumerable<string> items)
    {
        writer.WriteStartArray(member);
        foreach (var item in items)
            writer.WriteStringValue(item);
        writer.WriteEndArray();
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string member, string? value)
    {
        if (value is not null)
            writer.WriteString(member, value);
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string member, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(member, number);
    }

    public static void Advance(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw new JsonException("the line ends where a value was expected");
    }

    public static JsonException Unexpected(ref Utf8JsonReader reader, string expected) => new($"expected {expected}, found {reader.TokenType}");
}
