using System.Text.Json;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>How token endpoints say what is wrong (RFC 6749, section 5.2).</summary>
internal static class TokenErrorBody
{
    private const int MaxTextLength = 500;

    /// <summary>The error, or <see langword="null"/> where the body is something else.</summary>
    public static ErrorBody? Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && Text(document.RootElement, "error") is { } code
                ? new ErrorBody(code, Text(document.RootElement, "error_description") ?? "")
                : null;
        }
        catch (JsonException)
        {
            // A page of a proxy, or nothing: the status has to say it.
            return null;
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text.Length <= MaxTextLength
                ? text
                : text[..MaxTextLength]
            : null;
}
