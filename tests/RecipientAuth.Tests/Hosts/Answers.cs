using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Tideway.RecipientAuth.Tests.Hosts;

/// <summary>Status, JSON and text of an answer.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonElement Json, string Text)
{
    public string? ErrorCode => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("error_code", out var code) ? code.GetString() : null;

    public string? Message => Json.GetProperty("message").GetString();
}

/// <summary>Calls the service as a client would.</summary>
internal static class Answers
{
    public const string RecipientsPath = "/api/2.1/unity-catalog/recipients";
    public const string PrincipalsPath = "/api/tideway/v1/principals";

    public static Task<Answer> GetAnswerAsync(this HttpClient client, string path) => client.SendAnswerAsync(HttpMethod.Get, path, body: null);

    public static Task<Answer> PostAnswerAsync(this HttpClient client, string path, object body) => client.SendAnswerAsync(HttpMethod.Post, path, body);

    public static Task<Answer> PatchAnswerAsync(this HttpClient client, string path, object body) => client.SendAnswerAsync(HttpMethod.Patch, path, body);

    public static Task<Answer> DeleteAnswerAsync(this HttpClient client, string path) => client.SendAnswerAsync(HttpMethod.Delete, path, body: null);

    public static async Task<Answer> SendAnswerAsync(this HttpClient client, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body, options: JsonSerializerOptions.Default),
        };
        using var response = await client.SendAsync(request);
        return await ReadAsync(response);
    }

    /// <summary>Makes a recipient and returns its link as a path of this process.</summary>
    public static async Task<string> CreateRecipientAsync(this RecipientAuthProcess process, string name, object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        body["name"] = name;
        var made = await process.Admin.PostAnswerAsync(RecipientsPath, body);
        made.Status.ShouldBe(HttpStatusCode.Created, made.Text);
        return LinkOf(made);
    }

    public static string LinkOf(Answer answer)
    {
        var url = answer.Json.GetProperty("activation_url").GetString()!;
        url.ShouldStartWith(RecipientAuthProcess.PublicUrl + "/api/2.1/unity-catalog/public/data_sharing_activation/");
        return url[RecipientAuthProcess.PublicUrl.Length..];
    }

    public static async Task<Answer> ActivateAsync(this RecipientAuthProcess process, string link, string from = "192.0.2.1", string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        request.Headers.Add("X-Forwarded-For", from);
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        using var response = await process.Stranger.SendAsync(request);
        return await ReadAsync(response);
    }

    /// <summary>The token that a fresh link gives.</summary>
    public static async Task<string> TokenOfAsync(this RecipientAuthProcess process, string link)
    {
        var answer = await process.ActivateAsync(link);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("bearerToken").GetString()!;
    }

    public static async Task<string> CreatePrincipalAsync(this RecipientAuthProcess process, string name, params string[] roles)
    {
        var made = await process.Admin.PostAnswerAsync(PrincipalsPath, new { name, roles });
        made.Status.ShouldBe(HttpStatusCode.Created, made.Text);
        return made.Json.GetProperty("token").GetString()!;
    }

    private static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        var json = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonElement.Parse(text) : default;
        return new Answer(response.StatusCode, json, text);
    }
}
