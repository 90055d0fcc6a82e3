using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>protocol</c>, the first line: what a reader must know.</summary>
public sealed record ProtocolLine : SharingLine
{
    /// <summary>The version of the protocol that a reader must know; 1 so far.</summary>
    public required int MinReaderVersion { get; init; }

    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("protocol");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.ProtocolLine);
}
