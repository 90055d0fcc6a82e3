using System.Buffers;
using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>The body of every refused or failed call: <c>{"errorCode": ..., "message": ...}</c>.</summary>
/// <param name="ErrorCode">One of <see cref="ErrorCodes"/>, or another server's own.</param>
/// <param name="Message">For people.</param>
public sealed record ErrorBody(string ErrorCode, string Message)
{
    /// <summary>The body that <paramref name="json"/> is, or <see langword="null"/> where it is something else, such as a proxy's page.</summary>
    public static ErrorBody? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Default.ErrorBody) is { ErrorCode: not null } body
                ? body with
                {
                    Message = body.Message ?? "",
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The body as UTF-8 JSON, with no more escaped than needs to be: clients look for known texts in it as it is.</summary>
    public byte[] ToJson()
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, WireJson.WriterOptions))
            JsonSerializer.Serialize(writer, this, WireJson.Default.ErrorBody);
        return json.WrittenSpan.ToArray();
    }
}
