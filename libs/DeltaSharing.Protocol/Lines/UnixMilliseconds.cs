using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary>A time in milliseconds of unix time, as a number or a text. One that is no time, such as one beyond the year 9999, is malformed.</summary>
internal sealed class UnixMilliseconds : JsonConverter<long>
{
    public static readonly long Min = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    public static readonly long Max = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryRead(ref reader, out var value) && value >= Min && value <= Max
            ? value
            : throw new JsonException($"Expected a time in milliseconds of unix time, from {Min} to {Max}.");

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);

    internal static bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType switch
        {
            JsonTokenType.Number => reader.TryGetInt64(out value),
            JsonTokenType.String => long.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value),
            _ => false,
        };
    }
}

/// <summary>The time at which something ends, the same way; one that is later than any time is the last of all times, for what never ends.</summary>
internal sealed class UnixMillisecondsOfEnd : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        UnixMilliseconds.TryRead(ref reader, out var value)
            ? Math.Clamp(value, UnixMilliseconds.Min, UnixMilliseconds.Max)
            : throw new JsonException("Expected a time in milliseconds of unix time.");

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
