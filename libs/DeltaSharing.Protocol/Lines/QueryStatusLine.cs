using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>queryStatus</c>, the only line of an answer to an asynchronous query that is not ready.</summary>
public sealed record QueryStatusLine : SharingLine
{
    /// <summary>The status of a query that is not ready yet.</summary>
    public const string Pending = "pending";

    /// <summary>What to ask for the query by.</summary>
    public required string QueryId { get; init; }

    /// <summary><see cref="Pending"/>, or another server's own.</summary>
    public required string Status { get; init; }

    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("queryStatus");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.QueryStatusLine);
}
