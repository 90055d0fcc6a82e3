using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>Status, headers and content of an answer.</summary>
internal sealed record Answer(HttpStatusCode Status, HttpResponseMessage Response, string Text)
{
    public JsonElement Json => JsonElement.Parse(Text);

    /// <summary>The code of a management error.</summary>
    public string? ErrorCode => Json.TryGetProperty("error_code", out var code) ? code.GetString() : null;

    /// <summary>The code of a protocol error.</summary>
    public string? ProtocolCode => Json.TryGetProperty("errorCode", out var code) ? code.GetString() : null;

    public string Message => Json.GetProperty("message").GetString()!;

    /// <summary>The lines of a table answer, each with its one field.</summary>
    public IReadOnlyList<(string Kind, JsonElement Body)> Lines =>
        [
            .. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line).EnumerateObject().ShouldHaveSingleItem())
                .Select(wrapper => (wrapper.Name, wrapper.Value)),
        ];

    public IReadOnlyList<JsonElement> Files(string kind = "file") => [.. Lines.Where(line => line.Kind == kind).Select(line => line.Body)];

    public string? Header(string name) => Response.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    public Answer ShouldBe(HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }
}

/// <summary>Calls the service as a client would.</summary>
internal static class Answers
{
    public static Task<Answer> GetAnswerAsync(this HttpClient client, string path, params (string Name, string Value)[] headers) =>
        client.SendAnswerAsync(HttpMethod.Get, path, null, headers);

    public static Task<Answer> PostAnswerAsync(this HttpClient client, string path, object body, params (string Name, string Value)[] headers) =>
        client.SendAnswerAsync(HttpMethod.Post, path, body, headers);

    public static Task<Answer> PatchAnswerAsync(this HttpClient client, string path, object body) => client.SendAnswerAsync(HttpMethod.Patch, path, body);

    public static Task<Answer> DeleteAnswerAsync(this HttpClient client, string path) => client.SendAnswerAsync(HttpMethod.Delete, path, null);

    public static async Task<Answer> SendAnswerAsync(
        this HttpClient client,
        HttpMethod method,
        string path,
        object? body,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body, options: JsonSerializerOptions.Default),
        };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, response, await response.Content.ReadAsStringAsync());
    }
}
