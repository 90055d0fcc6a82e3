using System.Text;
using System.Text.Json;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>
/// What a server says of a request that it refuses, in whatever form: that of the protocol, that of token endpoints (RFC 6749, section 5.2), those of gateways
/// before them, or plain text.
/// </summary>
/// <param name="Code">For programs, where there is one.</param>
/// <param name="Message">For people; may be empty.</param>
internal sealed record ServerFault(string? Code, string Message)
{
    private static readonly string[] CodeNames = ["errorCode", "error_code"];

    // Of gateways. As a number each is the status of the answer.
    private static readonly string[] OtherCodeNames = ["status", "code"];
    private static readonly string[] MessageNames = ["message", "error_description", "detail", "title"];
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true };

    /// <summary>The fault that a body tells; <see langword="null"/> where it tells none, as a page for browsers does.</summary>
    /// <param name="body">The body.</param>
    /// <param name="withText">Whether text of no known form is taken as well. What stores of files write may repeat a signed address.</param>
    public static ServerFault? Parse(byte[] body, bool withText) =>
        OfJson(body)
        ?? (
            StoreErrorBody.Parse(body) is { } store ? new ServerFault(store.ErrorCode, store.Message)
            : withText ? OfText(body)
            : null
        );

    /// <summary>Both as a message, without a secret that the server repeats.</summary>
    public string Say(string? secret)
    {
        var said = Code is null ? Message : $"{Code}: {Message}";
        return ServerText.Clip(secret is { Length: > 0 } ? said.Replace(secret, "...", StringComparison.Ordinal) : said);
    }

    private static ServerFault? OfJson(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Lenient);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return null;
            root.TryGetProperty("error", out var error);
            if (error.ValueKind == JsonValueKind.Object)
                root = error;
            var code = Find(root, CodeNames) ?? (error.ValueKind == JsonValueKind.String ? Text(error) : null) ?? Find(root, OtherCodeNames, onlyText: true);
            var message = Find(root, MessageNames);
            return code is null && message is null ? null : new ServerFault(code is null ? null : ServerText.Clip(code), message ?? "");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair is JSON and yet no text, which the reader finds out late.
            return null;
        }
    }

    private static ServerFault? OfText(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body).Trim();
        // A page is for browsers, and what is empty says nothing.
        return text.Length == 0 || text[0] == '<' || text is "{}" or "[]" or "null" ? null : new ServerFault(null, text);
    }

    private static string? Find(JsonElement body, string[] names, bool onlyText = false)
    {
        foreach (var name in names)
        {
            if (body.TryGetProperty(name, out var value) && (!onlyText || value.ValueKind == JsonValueKind.String) && Text(value) is { } text)
                return text;
        }

        return null;
    }

    // Codes are numbers in some places.
    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            _ => value.GetRawText(),
        };
}
