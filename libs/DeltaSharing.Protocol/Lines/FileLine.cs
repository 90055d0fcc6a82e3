using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>file</c>: a file of a snapshot.</summary>
public sealed record FileLine : DataFileLine
{
    /// <summary>Statistics of the file as Delta writes them, a text of JSON.</summary>
    public string? Stats { get; init; }

    /// <summary>The version the file came with, where a version was asked for.</summary>
    public long? Version { get; init; }

    /// <summary>When that version was made, in milliseconds of unix time.</summary>
    [JsonConverter(typeof(UnixMilliseconds))]
    public long? Timestamp { get; init; }

    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("file");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.FileLine);
}
