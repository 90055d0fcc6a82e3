using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tideway.Cli.Login;

namespace Tideway.Cli.Api;

/// <summary>The management API. What goes wrong is a <see cref="CliFailure"/> with the server's message and request id.</summary>
internal sealed class ApiClient : IDisposable
{
    private const int PageSize = 1000;

    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly HttpClient http;
    private readonly Connection connection;

    public ApiClient(Connection connection, TimeSpan timeout)
    {
        this.connection = connection;
        // A redirect would carry the token to wherever it points.
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All }) { Timeout = timeout };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("tideway-cli", typeof(ApiClient).Assembly.GetName().Version!.ToString(3)));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    public Task<JsonElement> GetAsync(ApiPath path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Sends <paramref name="body"/> as JSON; the answer, or an undefined element where there is none.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, ApiPath path, object? body, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(method, path.ToString(), body, HttpCompletionOption.ResponseContentRead, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NoContent || answer.Content.Headers.ContentLength == 0)
            return default;
        return await ApiFailure.ReadJsonAsync(answer, connection.Url, cancellationToken);
    }

    /// <summary>All objects of a list, over all of its pages; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(ApiPath path, string member, CancellationToken cancellationToken, int limit = int.MaxValue)
    {
        var found = new List<JsonElement>();
        var escaped = path.ToString();
        var separator = escaped.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        string? token = null;
        do
        {
            var page =
                $"{escaped}{separator}max_results={Math.Min(PageSize, limit - found.Count)}{(token is null ? "" : "&page_token=" + Uri.EscapeDataString(token))}";
            using var answer = await AskAsync(HttpMethod.Get, page, null, HttpCompletionOption.ResponseContentRead, cancellationToken);
            var body = await ApiFailure.ReadJsonAsync(answer, connection.Url, cancellationToken);
            if (body.TryGetProperty(member, out var items))
                found.AddRange(items.EnumerateArray());
            token = body.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        } while (!string.IsNullOrEmpty(token) && found.Count < limit);

        return found;
    }

    /// <summary>The objects of an answer with one per line, as they come.</summary>
    public async IAsyncEnumerable<JsonElement> LinesAsync(ApiPath path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(HttpMethod.Get, path.ToString(), null, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var reader = new StreamReader(body);
        while (await ApiFailure.GuardAsync(() => reader.ReadLineAsync(cancellationToken).AsTask(), connection.Url, cancellationToken) is { } line)
        {
            if (line.Length > 0)
                yield return JsonElement.Parse(line);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> AskAsync(
        HttpMethod method,
        string path,
        object? body,
        HttpCompletionOption completion,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, connection.At(path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", connection.Token);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: Json);
        var answer = await ApiFailure.GuardAsync(() => http.SendAsync(request, completion, cancellationToken), connection.Url, cancellationToken);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await ApiFailure.OfAsync(answer, connection.Url, cancellationToken);
    }
}
