using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary>One line of a table answer: a JSON object with one field that says what kind of line it is.</summary>
public abstract record SharingLine
{
    private protected SharingLine() { }

    private protected abstract JsonEncodedText Wrapper { get; }

    /// <summary>Reads a line. A line of an unknown kind is <see langword="null"/>, as the protocol wants it ignored.</summary>
    /// <exception cref="SharingProtocolException">The line is malformed.</exception>
    public static SharingLine? Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { AllowTrailingCommas = true });
            return ParseWrapper(ref reader);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is what the reader throws for text that is no Unicode.
            throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed line: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a line that lies in one piece. See <see cref="Parse(ReadOnlySequence{byte})"/>.</summary>
    public static SharingLine? Parse(ReadOnlyMemory<byte> line) => Parse(new ReadOnlySequence<byte>(line));

    /// <summary>Writes the line without a line break.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WritePropertyName(Wrapper);
        WriteBody(writer);
        writer.WriteEndObject();
    }

    private protected abstract void WriteBody(Utf8JsonWriter writer);

    private static SharingLine? ParseWrapper(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Expected a JSON object.");
        SharingLine? line = null;
        var isNull = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = ParseBody(ref reader, ref isNull);
            if (found is not null && line is not null)
                throw new JsonException("Expected one field that says what the line is, got two.");
            line ??= found;
        }

        if (reader.Read())
            throw new JsonException("Expected one JSON object.");
        // Beside another field null is absent. By itself it is a line that says nothing, and not one of an unknown kind.
        return line is null && isNull ? throw new JsonException("Expected a field that says what the line is, got null.") : line;
    }

    private static SharingLine? ParseBody(ref Utf8JsonReader reader, ref bool isNull)
    {
        if (reader.ValueTextEquals("file"u8))
            return HasMember(reader, "deltaSingleAction"u8)
                ? Body(ref reader, ref isNull, WireJson.Default.DeltaFileLine)
                : Body(ref reader, ref isNull, WireJson.Default.FileLine);
        if (reader.ValueTextEquals("add"u8))
            return Body(ref reader, ref isNull, WireJson.Default.AddLine);
        if (reader.ValueTextEquals("cdf"u8))
            return Body(ref reader, ref isNull, WireJson.Default.CdfLine);
        if (reader.ValueTextEquals("remove"u8))
            return Body(ref reader, ref isNull, WireJson.Default.RemoveLine);
        if (reader.ValueTextEquals("protocol"u8))
            return HasMember(reader, "deltaProtocol"u8)
                ? Body(ref reader, ref isNull, WireJson.Default.DeltaProtocolLine)
                : Body(ref reader, ref isNull, WireJson.Default.ProtocolLine);
        if (reader.ValueTextEquals("metaData"u8))
            return HasMember(reader, "deltaMetadata"u8)
                ? Body(ref reader, ref isNull, WireJson.Default.DeltaMetadataLine)
                : Body(ref reader, ref isNull, WireJson.Default.MetadataLine);
        if (reader.ValueTextEquals("endStreamAction"u8))
            return Body(ref reader, ref isNull, WireJson.Default.EndStreamLine);
        if (reader.ValueTextEquals("queryStatus"u8))
            return Body(ref reader, ref isNull, WireJson.Default.QueryStatusLine);
        reader.Read();
        reader.Skip();
        return null;
    }

    // Looks ahead with a copy of the reader.
    private static bool HasMember(Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
                return true;
            reader.Read();
            reader.Skip();
        }

        return false;
    }

    private static SharingLine? Body<T>(ref Utf8JsonReader reader, ref bool isNull, JsonTypeInfo<T> type)
        where T : SharingLine
    {
        reader.Read();
        isNull |= reader.TokenType == JsonTokenType.Null;
        return JsonSerializer.Deserialize(ref reader, type);
    }
}
