using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>endStreamAction</c>, the last line, where the client asked for it or it is needed. Never send it unasked: clients break on it.</summary>
public sealed record EndStreamLine : SharingLine
{
    /// <summary>What to ask the same files again with.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>What to ask the next page with; absent on the last.</summary>
    public string? NextPageToken { get; init; }

    /// <summary>When the first of the answer's URLs ends to be good, in milliseconds of unix time.</summary>
    [JsonConverter(typeof(UnixMillisecondsOfEnd))]
    public long? MinUrlExpirationTimestamp { get; init; }

    /// <summary>What went wrong after the answer had begun; the client must fail.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The status that <see cref="ErrorMessage"/> would have had; clients go by it when they retry.</summary>
    public int? HttpStatusErrorCode { get; init; }

    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("endStreamAction");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.EndStreamLine);
}
