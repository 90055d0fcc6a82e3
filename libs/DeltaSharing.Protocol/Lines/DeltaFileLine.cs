using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>file</c> of an answer in the delta format: an action of a Delta log whose paths are signed addresses.</summary>
public sealed record DeltaFileLine : SharingLine
{
    /// <summary>The file's id: the same file has the same id in every answer.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the file with the deletion vector, where there is one.</summary>
    public string? DeletionVectorFileId { get; init; }

    /// <summary>The version of the commit that the file is of, where a version or changes were asked for.</summary>
    public long? Version { get; init; }

    /// <summary>When that version was made, in milliseconds of unix time.</summary>
    [JsonConverter(typeof(UnixMilliseconds))]
    public long? Timestamp { get; init; }

    /// <summary>When the addresses end to be good, in milliseconds of unix time.</summary>
    [JsonConverter(typeof(UnixMillisecondsOfEnd))]
    public long? ExpirationTimestamp { get; init; }

    /// <summary>One of <c>add</c>, <c>remove</c> and <c>cdc</c>, as a Delta log has it.</summary>
    public required JsonElement DeltaSingleAction { get; init; }

    /// <summary>The line without its action, which holds signed addresses.</summary>
    public override string ToString() => $"{nameof(DeltaFileLine)} {Id} of version {Version}";

    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("file");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.DeltaFileLine);
}
