using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>remove</c>: a file whose rows went with a commit.</summary>
public sealed record RemoveLine : ChangedFileLine
{
    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("remove");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.RemoveLine);
}
