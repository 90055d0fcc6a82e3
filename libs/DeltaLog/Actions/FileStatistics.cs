using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// What is read out of a file's statistics.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics">Per-file Statistics</see>.
/// </summary>
internal static class FileStatistics
{
    /// <summary>Statistics are hints: where they do not parse, nothing is known.</summary>
    public static long? NumRecords(string? stats) => string.IsNullOrEmpty(stats) ? null : NumRecords(Encoding.UTF8.GetBytes(stats));

    /// <inheritdoc cref="NumRecords(string?)"/>
    public static long? NumRecords(ReadOnlySpan<byte> stats)
    {
        if (stats.IsEmpty)
            return null;
        try
        {
            var reader = new Utf8JsonReader(stats);
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.ValueTextEquals("numRecords"u8))
                    return reader.TakeLong();
                reader.SkipValue();
            }

            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The statistics of a file some of whose rows are deleted: the bounds hold, but need not be met.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirement-for-deletion-vectors">Writer Requirement for Deletion Vectors</see>.
    /// </summary>
    public static string Widened(string? stats, long physicalRecords)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ActionWriter.JsonOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("numRecords", physicalRecords);
            writer.WriteBoolean("tightBounds", false);
            foreach (var (name, json) in Members(stats))
            {
                if (name is "numRecords" or "tightBounds")
                    continue;
                writer.WritePropertyName(name);
                writer.WriteRawValue(json);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static List<(string Name, string Json)> Members(string? stats)
    {
        if (string.IsNullOrEmpty(stats))
            return [];
        try
        {
            using var document = JsonDocument.Parse(stats);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. document.RootElement.EnumerateObject().Select(member => (member.Name, member.Value.GetRawText()))]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
