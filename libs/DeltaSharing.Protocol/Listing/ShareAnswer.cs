using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Listing;

/// <summary>The answer to the call for one share: <c>{"share": {...}}</c>.</summary>
/// <param name="Share">The share.</param>
public sealed record ShareAnswer(ShareItem Share)
{
    /// <summary>Reads the answer. Throws <see cref="SharingProtocolException"/> where it is malformed.</summary>
    public static ShareAnswer Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Default.ShareAnswer) is { Share: not null } answer
                ? answer
                : throw new JsonException("There is no share.");
        }
        catch (JsonException exception)
        {
            throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed share: {exception.Message}", exception);
        }
    }

    /// <summary>The answer as one line of JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, WireJson.Default.ShareAnswer);
}
