using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>Statistics of files by the names of the schema, of the rows that are left.</summary>
internal sealed class PlainStatistics(StructType schema, ColumnMappingMode mode)
{
    private static readonly string[] All = ["minValues", "maxValues", "nullCount"];
    private static readonly string[] Bounds = ["minValues", "maxValues"];

    /// <summary>Null where there are none.</summary>
    public string? Of(AddFile file)
    {
        if (file.LogicalRecords() is not { } rows)
            return null;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            using var document = JsonDocument.Parse(file.Stats!);
            writer.WriteStartObject();
            writer.WriteNumber("numRecords", rows);
            // Bounds hold for the rows that are left, counts do not.
            foreach (var part in file.DeletionVector is null ? All : Bounds)
            {
                if (!document.RootElement.TryGetProperty(part, out var values) || values.ValueKind != JsonValueKind.Object)
                    continue;
                writer.WritePropertyName(part);
                WriteValues(writer, values, schema);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteValues(Utf8JsonWriter writer, JsonElement values, StructType structure)
    {
        writer.WriteStartObject();
        foreach (var field in structure.Fields)
        {
            if (!values.TryGetProperty(ColumnMapping.PhysicalName(field, mode), out var value))
                continue;
            writer.WritePropertyName(field.Name);
            if (field.Type is StructType inner && value.ValueKind == JsonValueKind.Object)
                WriteValues(writer, value, inner);
            else
                value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
