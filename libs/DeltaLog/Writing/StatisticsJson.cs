using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>What DuckDB says of a column of a file it wrote.</summary>
/// <param name="Min">Smallest value as text, if any.</param>
/// <param name="Max">Largest value as text, if any.</param>
/// <param name="NullCount">Number of nulls.</param>
/// <param name="HasNan">Whether a value is not a number.</param>
internal readonly record struct ColumnStatistics(string? Min, string? Max, long? NullCount, bool HasNan);

/// <summary>
/// Statistics of a new file.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics">Per-file Statistics</see>.
/// </summary>
internal sealed class StatisticsJson
{
    private const int MaxTextLength = 32;

    // Sorts after everything that can follow a text that was cut off.
    private const string AfterAll = "\U0010FFFF";

    private readonly StructType indexed;

    /// <param name="columns">The columns that get statistics, by their names in the files: see <see cref="StatisticsColumns"/>.</param>
    public StatisticsJson(StructType columns) => indexed = columns;

    /// <summary>The JSON for a file of <paramref name="rows"/> rows whose columns go by their quoted path, such as <c>"a"."b"</c>.</summary>
    public string Write(long rows, IReadOnlyDictionary<string, ColumnStatistics> columns)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ActionWriter.JsonOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("numRecords", rows);
            writer.WriteBoolean("tightBounds", true);
            WriteObject(writer, "minValues", indexed, "", columns, (type, statistics) => statistics.HasNan ? null : Bound(type, statistics.Min, isMax: false));
            WriteObject(writer, "maxValues", indexed, "", columns, (type, statistics) => statistics.HasNan ? null : Bound(type, statistics.Max, isMax: true));
            WriteObject(writer, "nullCount", indexed, "", columns, (_, statistics) => statistics.NullCount?.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteObject(
        Utf8JsonWriter writer,
        string name,
        StructType schema,
        string path,
        IReadOnlyDictionary<string, ColumnStatistics> columns,
        Func<DeltaType, ColumnStatistics, string?> value
    )
    {
        writer.WriteStartObject(name);
        foreach (var field in schema.Fields)
        {
            var column = path.Length == 0 ? SqlText.Identifier(field.Name) : $"{path}.{SqlText.Identifier(field.Name)}";
            if (field.Type is StructType nested)
            {
                WriteObject(writer, field.Name, nested, column, columns, value);
            }
            else if (columns.TryGetValue(column, out var statistics) && value(field.Type, statistics) is { } json)
            {
                writer.WritePropertyName(field.Name);
                writer.WriteRawValue(json);
            }
        }

        writer.WriteEndObject();
    }

    // JSON of a bound; null where the type has none, or where DuckDB's text is none that the protocol knows (infinity, years before 1).
    private static string? Bound(DeltaType type, string? text, bool isMax)
    {
        if (text is null)
            return null;
        return type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Byte or PrimitiveKind.Short or PrimitiveKind.Integer or PrimitiveKind.Long } or DecimalType => Number(text),
            PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double } => double.TryParse(
                text,
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out var number
            ) && double.IsFinite(number)
                ? Number(Zero(text, number, isMax))
                : null,
            PrimitiveType { Kind: PrimitiveKind.String } => JsonSerializer.Serialize(isMax ? CutUp(text) : CutDown(text), JsonText.Options),
            PrimitiveType { Kind: PrimitiveKind.Date } => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var date) ? $"\"{date:yyyy-MM-dd}\"" : null,
            PrimitiveType { Kind: PrimitiveKind.Timestamp } => text.EndsWith("+00", StringComparison.Ordinal) ? Timestamp(text[..^3], isMax, "Z") : null,
            PrimitiveType { Kind: PrimitiveKind.TimestampNtz } => Timestamp(text, isMax, ""),
            _ => null,
        };
    }

    // DuckDB takes both zeros as equal; where they count as two, the bound must hold for either.
    private static string Zero(string text, double number, bool isMax) =>
        number != 0 ? text
        : isMax ? "0.0"
        : "-0.0";

    private static string? Number(string text)
    {
        // As it stands where it is a number of JSON; DuckDB omits no digit that counts.
        return text.Length > 0 && text[^1] != '.' && text.All(letter => char.IsAsciiDigit(letter) || letter is '-' or '+' or '.' or 'e') && text[0] != '.'
            ? text
            : null;
    }

    private static string? Timestamp(string text, bool isMax, string zone)
    {
        if (!DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return null;
        var fraction = time.Ticks % TimeSpan.TicksPerMillisecond;
        if (fraction != 0 && isMax && time > DateTime.MaxValue.AddMilliseconds(-1))
            return null;
        if (fraction != 0)
            time = time.AddTicks(isMax ? TimeSpan.TicksPerMillisecond - fraction : -fraction);
        return $"\"{time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture)}{zone}\"";
    }

    private static string CutDown(string text)
    {
        var end = Cut(text);
        return text[..end];
    }

    private static string CutUp(string text)
    {
        var end = Cut(text);
        // What follows must sort before the last of all characters, or the bound would not be one.
        while (end < text.Length && text.AsSpan(end).StartsWith(AfterAll, StringComparison.Ordinal))
            end += AfterAll.Length;
        return end < text.Length ? text[..end] + AfterAll : text;
    }

    private static int Cut(string text)
    {
        if (text.Length <= MaxTextLength)
            return text.Length;
        return char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength + 1 : MaxTextLength;
    }
}
