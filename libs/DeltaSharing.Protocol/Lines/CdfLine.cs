using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>cdf</c>: a file of the change feed, whose rows say what became of them.</summary>
public sealed record CdfLine : ChangedFileLine
{
    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("cdf");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.CdfLine);
}
