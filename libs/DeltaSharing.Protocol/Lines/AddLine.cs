using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>add</c>: a file whose rows came with a commit.</summary>
public sealed record AddLine : ChangedFileLine
{
    /// <summary>Statistics of the file as Delta writes them, a text of JSON.</summary>
    public string? Stats { get; init; }

    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("add");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.AddLine);
}
