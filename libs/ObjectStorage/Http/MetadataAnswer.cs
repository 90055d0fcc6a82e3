using System.Net;
using System.Text;
using System.Text.Json;

namespace Tideway.ObjectStorage.Http;

/// <summary>What a service of the process's own machine answers: text or JSON. Of a refusal the status is told, and its reason where it has one.</summary>
internal static class MetadataAnswer
{
    private const int MaxReasonLength = 300;

    // Each of the services has its own.
    private static readonly string[] ReasonFields = ["code", "error", "message", "Message", "error_description"];

    /// <summary>The body of an answer with the status 200.</summary>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, StoreRequest request, CancellationToken cancellationToken)
    {
        using (response)
        {
            var body = await StoreAnswer.ReadBodyAsync(response, cancellationToken).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? body
                : throw StoreFailure.Of(new StoreAnswer(response.StatusCode, null, Reason(body), null), request.Action, request.Address, request.Who);
        }
    }

    /// <summary>Reads JSON. What <paramref name="read"/> does not find there is said without a piece of the answer, which could be a secret.</summary>
    public static T Parse<T>(byte[] body, StoreRequest request, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return read(json.RootElement);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            throw new ObjectStorageException(
                ObjectStorageError.Unavailable,
                $"Could not {request.Action} '{request.Address}': the answer of {request.Who} is not what it should be ({body.Length} bytes)."
            );
        }
    }

    /// <summary>A text that is not empty.</summary>
    public static string Text(JsonElement answer, string name) =>
        answer.GetProperty(name).GetString() is { Length: > 0 } text ? text : throw new FormatException();

    private static string? Reason(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var parts = ReasonFields
                .Select(name => json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
                .Where(part => !string.IsNullOrEmpty(part))
                .Distinct(StringComparer.Ordinal);
            return Printable(string.Join(": ", parts));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The agent of EKS says it in plain text; a page of something else says nothing.
            var text = Encoding.UTF8.GetString(body).Trim();
            return text.StartsWith('<') ? null : Printable(text);
        }
    }

    private static string? Printable(string text) =>
        text.Length == 0 ? null : ObjectKey.Printable(text.Length > MaxReasonLength ? text[..MaxReasonLength] : text);
}
