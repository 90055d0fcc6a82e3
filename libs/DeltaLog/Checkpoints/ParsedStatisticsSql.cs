using System.Buffers;
using System.Text;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// Statistics of files between their two forms in checkpoints: JSON, and columns of the table's types.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints-1">Checkpoints</see>.
/// </summary>
internal static class ParsedStatisticsSql
{
    // DuckDB reads numbers of JSON as doubles, which are exact to this many digits.
    private const int ExactDigits = 15;

    /// <summary>A struct of the statistics in <paramref name="json"/>, for the columns of <paramref name="schema"/>, whose names are those in files.</summary>
    public static string FromJson(StructType schema, string json)
    {
        var bounds = Keep(schema, HasBounds);
        var nulls = Keep(schema, _ => true);
        var members = new List<string> { "\"numRecords\" := j.\"numRecords\"" };
        if (bounds.Fields.Count > 0)
        {
            members.Add($"\"minValues\" := {Cast(bounds, "j.\"minValues\"", DuckDbTypes.Sql)}");
            members.Add($"\"maxValues\" := {Cast(bounds, "j.\"maxValues\"", DuckDbTypes.Sql)}");
        }

        if (nulls.Fields.Count > 0)
            members.Add($"\"nullCount\" := {Cast(nulls, "j.\"nullCount\"", _ => "BIGINT")}");
        var parsed = $"TRY(from_json({json}, {SqlText.Literal(Structure(bounds, nulls))}))";
        return $"(list_transform([{parsed}], lambda j: CASE WHEN j IS NOT NULL THEN struct_pack({string.Join(", ", members)}) END)[1])";
    }

    /// <summary>The JSON of statistics in columns of <paramref name="type"/>; what is null is left out.</summary>
    public static string ToJson(DuckDbType type, string value) =>
        type.Kind switch
        {
            DuckDbTypeKind.Struct =>
                $"CASE WHEN {value} IS NOT NULL THEN '{{' || concat_ws(',', {string.Join(", ", type.Fields.Select(field => Member(field, value)))}) || '}}' END",
            DuckDbTypeKind.TimestampTz => $"strftime({value} AT TIME ZONE 'UTC', '\"%Y-%m-%dT%H:%M:%S.%fZ\"')",
            DuckDbTypeKind.Timestamp => $"strftime({value}, '\"%Y-%m-%dT%H:%M:%S.%f\"')",
            DuckDbTypeKind.Date => $"strftime({value}, '\"%Y-%m-%d\"')",
            DuckDbTypeKind.Float or DuckDbTypeKind.Double => $"CASE WHEN isfinite({value}) THEN CAST({value} AS VARCHAR) END",
            DuckDbTypeKind.Varchar => $"CAST(to_json({value}) AS VARCHAR)",
            // Neither of them has bounds in JSON.
            DuckDbTypeKind.Blob or DuckDbTypeKind.List or DuckDbTypeKind.Map => "CAST(NULL AS VARCHAR)",
            _ => $"CAST({value} AS VARCHAR)",
        };

    private static string Member(DuckDbField field, string value) =>
        $"{SqlText.Literal(JsonSerializer.Serialize(field.Name, JsonText.Options) + ":")} || {ToJson(field.Type, $"{value}.{SqlText.Identifier(field.Name)}")}";

    private static string Cast(StructType schema, string value, Func<DeltaType, string> type) =>
        $"CASE WHEN {value} IS NOT NULL THEN struct_pack({string.Join(", ", schema.Fields.Select(field => $"{SqlText.Identifier(field.Name)} := {CastField(field, value, type)}"))}) END";

    private static string CastField(StructField field, string value, Func<DeltaType, string> type)
    {
        var member = $"{value}.{SqlText.Identifier(field.Name)}";
        return field.Type is StructType nested ? Cast(nested, member, type) : $"TRY_CAST({member} AS {type(field.Type)})";
    }

    // Texts stay texts at first: what is no timestamp must not spoil the rest.
    private static string Structure(StructType bounds, StructType nulls)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ActionWriter.JsonOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("numRecords", "BIGINT");
            if (bounds.Fields.Count > 0)
            {
                Write(writer, "minValues", bounds, type => IsNumber(type) ? DuckDbTypes.Sql(type) : "VARCHAR");
                Write(writer, "maxValues", bounds, type => IsNumber(type) ? DuckDbTypes.Sql(type) : "VARCHAR");
            }

            if (nulls.Fields.Count > 0)
                Write(writer, "nullCount", nulls, _ => "BIGINT");
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, string name, StructType schema, Func<DeltaType, string> type)
    {
        writer.WriteStartObject(name);
        foreach (var field in schema.Fields)
        {
            if (field.Type is StructType nested)
                Write(writer, field.Name, nested, type);
            else
                writer.WriteString(field.Name, type(field.Type));
        }

        writer.WriteEndObject();
    }

    // DuckDB has no struct without fields.
    private static StructType Keep(StructType schema, Func<DeltaType, bool> wanted) =>
        new([
            .. schema
                .Fields.Select(field => field.Type is StructType nested ? field with { Type = Keep(nested, wanted) } : field)
                .Where(field => field.Type is StructType nested ? nested.Fields.Count > 0 : wanted(field.Type)),
        ]);

    private static bool IsNumber(DeltaType type) =>
        type
            is DecimalType
                or PrimitiveType
                {
                    Kind: PrimitiveKind.Byte
                        or PrimitiveKind.Short
                        or PrimitiveKind.Integer
                        or PrimitiveKind.Long
                        or PrimitiveKind.Float
                        or PrimitiveKind.Double
                };

    private static bool HasBounds(DeltaType type) =>
        type
            is DecimalType { Precision: <= ExactDigits }
                or PrimitiveType
                {
                    Kind: PrimitiveKind.Byte
                        or PrimitiveKind.Short
                        or PrimitiveKind.Integer
                        or PrimitiveKind.Long
                        or PrimitiveKind.Float
                        or PrimitiveKind.Double
                        or PrimitiveKind.String
                        or PrimitiveKind.Date
                        or PrimitiveKind.Timestamp
                        or PrimitiveKind.TimestampNtz
                };
}
