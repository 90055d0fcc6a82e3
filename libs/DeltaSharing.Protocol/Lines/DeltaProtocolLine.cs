using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>protocol</c> of an answer in the delta format: what a reader of the table must know.</summary>
public sealed record DeltaProtocolLine : SharingLine
{
    /// <summary>The table's protocol as a Delta log has it.</summary>
    public required DeltaProtocol DeltaProtocol { get; init; }

    /// <summary>The table version this holds from, where the history of the protocol was asked for.</summary>
    public long? Version { get; init; }

    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("protocol");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.DeltaProtocolLine);
}

/// <summary>The <c>protocol</c> action of a Delta log.</summary>
public sealed record DeltaProtocol
{
    /// <summary>The version a reader must implement; 3 means that <see cref="ReaderFeatures"/> says what is needed.</summary>
    public required int MinReaderVersion { get; init; }

    /// <summary>The version a writer must implement; 7 means that <see cref="WriterFeatures"/> says what is needed.</summary>
    public required int MinWriterVersion { get; init; }

    /// <summary>Features a reader must implement; absent below reader version 3.</summary>
    [JsonConverter(typeof(TextList))]
    public IReadOnlyList<string>? ReaderFeatures { get; init; }

    /// <summary>Features a writer must implement; absent below writer version 7.</summary>
    [JsonConverter(typeof(TextList))]
    public IReadOnlyList<string>? WriterFeatures { get; init; }
}
