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
        catch (JsonException exception)
        {
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
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = ParseBody(ref reader);
            if (found is not null && line is not null)
                throw new JsonException("Expected one field that says what the line is, got two.");
            line ??= found;
        }

        if (reader.Read())
            throw new JsonException("Expected one JSON object.");
        return line;
    }

    private static SharingLine? ParseBody(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("file"u8))
            return HasMember(reader, "deltaSingleAction"u8) ? Body(ref reader, WireJson.Default.DeltaFileLine) : Body(ref reader, WireJson.Default.FileLine);
        if (reader.ValueTextEquals("add"u8))
            return Body(ref reader, WireJson.Default.AddLine);
        if (reader.ValueTextEquals("cdf"u8))
            return Body(ref reader, WireJson.Default.CdfLine);
        if (reader.ValueTextEquals("remove"u8))
            return Body(ref reader, WireJson.Default.RemoveLine);
        if (reader.ValueTextEquals("protocol"u8))
            return HasMember(reader, "deltaProtocol"u8)
                ? Body(ref reader, WireJson.Default.DeltaProtocolLine)
                : Body(ref reader, WireJson.Default.ProtocolLine);
        if (reader.ValueTextEquals("metaData"u8))
            return HasMember(reader, "deltaMetadata"u8)
                ? Body(ref reader, WireJson.Default.DeltaMetadataLine)
                : Body(ref reader, WireJson.Default.MetadataLine);
        if (reader.ValueTextEquals("endStreamAction"u8))
            return Body(ref reader, WireJson.Default.EndStreamLine);
        if (reader.ValueTextEquals("queryStatus"u8))
            return Body(ref reader, WireJson.Default.QueryStatusLine);
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

    private static SharingLine? Body<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> type)
        where T : SharingLine
    {
        reader.Read();
        return JsonSerializer.Deserialize(ref reader, type);
    }
}
