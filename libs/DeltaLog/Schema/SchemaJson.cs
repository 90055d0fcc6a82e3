using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Schema;

/// <summary>
/// Reads and writes a table's schema.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format">Schema Serialization Format</see>.
/// </summary>
public static class SchemaJson
{
    internal const int MaxDepth = 128;

    /// <summary>
    /// The schema in <paramref name="schemaString"/>. A type that is not supported is <see cref="DeltaLogError.UnsupportedType"/> and names the
    /// column; anything malformed is <see cref="DeltaLogError.CorruptLog"/>.
    /// </summary>
    public static StructType Parse(string schemaString)
    {
        try
        {
            using var document = JsonDocument.Parse(schemaString, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return ReadType(document.RootElement, "") as StructType
                ?? throw new DeltaLogException(DeltaLogError.CorruptLog, "Expected the table's schema to be a struct.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new DeltaLogException(DeltaLogError.CorruptLog, $"The table's schema cannot be understood: {exception.Message}", exception);
        }
    }

    /// <summary>The schema as the log has it.</summary>
    public static string Write(StructType schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ActionWriter.JsonOptions))
            WriteType(writer, schema);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static DeltaType ReadType(JsonElement json, string path)
    {
        if (json.ValueKind == JsonValueKind.String)
            return ReadPrimitive(json.GetString()!, path);
        var kind = json.GetProperty("type").GetString();
        return kind switch
        {
            "struct" => ReadStruct(json, path),
            "array" => new ArrayType(ReadType(json.GetProperty("elementType"), $"{path}.element"), json.GetProperty("containsNull").GetBoolean()),
            "map" => new MapType(
                ReadType(json.GetProperty("keyType"), $"{path}.key"),
                ReadType(json.GetProperty("valueType"), $"{path}.value"),
                json.GetProperty("valueContainsNull").GetBoolean()
            ),
            // A type without parts may stand in an object too.
            { } name => ReadPrimitive(name, path),
            null => throw Unsupported("null", path),
        };
    }

    private static StructType ReadStruct(JsonElement json, string path)
    {
        var fields = new List<StructField>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in json.GetProperty("fields").EnumerateArray())
        {
            var name = field.GetProperty("name").GetString() ?? throw new FormatException($"a field of '{path}' has no name");
            if (name.Length == 0 || name.Contains('\0'))
                throw new FormatException($"the name of a field of '{path}' is empty or holds the character U+0000");
            if (!names.Add(name))
                throw new FormatException($"two fields of '{path}' are named '{name}'");
            var type = ReadType(field.GetProperty("type"), path.Length == 0 ? name : $"{path}.{name}");
            var nullable = !field.TryGetProperty("nullable", out var isNullable) || isNullable.GetBoolean();
            fields.Add(new StructField(name, type, nullable) { Metadata = ReadMetadata(field) });
        }

        return new StructType(fields);
    }

    private static Dictionary<string, string> ReadMetadata(JsonElement field)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (field.TryGetProperty("metadata", out var json) && json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
                metadata[member.Name] = member.Value.GetRawText();
        }

        return metadata;
    }

    private static DeltaType ReadPrimitive(string name, string path)
    {
        if (PrimitiveType.Kinds.TryGetValue(name, out var kind))
            return new PrimitiveType(kind);
        if (name == "decimal")
            return new DecimalType(10, 0);
        if (!name.StartsWith("decimal(", StringComparison.Ordinal) || !name.EndsWith(')'))
            throw Unsupported(name, path);
        var parts = name["decimal(".Length..^1].Split(',');
        if (
            parts.Length == 2
            && int.TryParse(parts[0].AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var precision)
            && int.TryParse(parts[1].AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var scale)
            && precision is >= 1 and <= 38
            && scale <= precision
        )
            return new DecimalType(precision, scale);
        throw Unsupported(name, path);
    }

    private static DeltaLogException Unsupported(string type, string path) =>
        new(DeltaLogError.UnsupportedType, $"Column '{path}' has the type '{type}', which is not supported.");

    private static void WriteType(Utf8JsonWriter writer, DeltaType type)
    {
        switch (type)
        {
            case PrimitiveType primitive:
                writer.WriteStringValue(primitive.TypeName);
                break;
            case DecimalType { Precision: var precision, Scale: var scale }:
                writer.WriteStringValue($"decimal({precision},{scale})");
                break;
            case ArrayType array:
                writer.WriteStartObject();
                writer.WriteString("type", "array");
                writer.WritePropertyName("elementType");
                WriteType(writer, array.ElementType);
                writer.WriteBoolean("containsNull", array.ContainsNull);
                writer.WriteEndObject();
                break;
            case MapType map:
                writer.WriteStartObject();
                writer.WriteString("type", "map");
                writer.WritePropertyName("keyType");
                WriteType(writer, map.KeyType);
                writer.WritePropertyName("valueType");
                WriteType(writer, map.ValueType);
                writer.WriteBoolean("valueContainsNull", map.ValueContainsNull);
                writer.WriteEndObject();
                break;
            case StructType structure:
                WriteStruct(writer, structure);
                break;
        }
    }

    private static void WriteStruct(Utf8JsonWriter writer, StructType structure)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "struct");
        writer.WriteStartArray("fields");
        foreach (var field in structure.Fields)
        {
            writer.WriteStartObject();
            writer.WriteString("name", field.Name);
            writer.WritePropertyName("type");
            WriteType(writer, field.Type);
            writer.WriteBoolean("nullable", field.Nullable);
            writer.WriteStartObject("metadata");
            foreach (var (name, json) in field.Metadata)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(json);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
