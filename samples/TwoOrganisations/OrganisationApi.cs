using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tideway.TwoOrganisations;

/// <summary>The management API of an organisation, as its operators use it.</summary>
internal abstract class OrganisationApi(string name, Uri url, string token) : IDisposable
{
    private static readonly string[] Read = ["SELECT"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly HttpClient http = new()
    {
        BaseAddress = url,
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
    };

    public string Name { get; } = name;

    public string Token { get; } = token;

    public Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    public Task<JsonNode> DeleteAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, path, null, cancellationToken);

    public Task<JsonNode> PostAsync(string path, object body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, body, cancellationToken);

    public Task<JsonNode> PatchAsync(string path, object body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, path, body, cancellationToken);

    /// <summary>Makes a share with one table that recipients may also read the changes of, and grants it.</summary>
    public async Task ShareAsync(string share, string table, string location, string recipient, CancellationToken cancellationToken)
    {
        await PostAsync("/api/2.1/unity-catalog/shares", new { name = share, comment = $"From {Name}" }, cancellationToken);
        await AddTableAsync(share, table, location, cancellationToken);
        await PatchAsync(
            $"/api/2.1/unity-catalog/shares/{share}/permissions",
            new { changes = new[] { new { principal = recipient, add = Read } } },
            cancellationToken
        );
    }

    /// <summary>Adds a table, with its history and changes, to a share.</summary>
    public async Task AddTableAsync(string share, string table, string location, CancellationToken cancellationToken)
    {
        var tableObject = new
        {
            name = table,
            data_object_type = "TABLE",
            shared_as = table,
            storage_location = location,
            cdf_enabled = true,
            history_data_sharing_status = "ENABLED",
        };
        await PatchAsync(
            $"/api/2.1/unity-catalog/shares/{share}",
            new { updates = new[] { new { action = "ADD", data_object = tableObject } } },
            cancellationToken
        );
    }

    /// <summary>Makes a recipient and returns its activation link.</summary>
    public async Task<Uri> InviteAsync(string recipient, CancellationToken cancellationToken, string authentication = "TOKEN")
    {
        var answer = await PostAsync("/api/2.1/unity-catalog/recipients", new { name = recipient, authentication_type = authentication }, cancellationToken);
        return new Uri((answer["activation_url"] ?? answer["tokens"]![0]!["activation_url"])!.GetValue<string>());
    }

    /// <summary>Opens a partner's activation link, which gives the profile file once, and adds the partner as a provider.</summary>
    public async Task AddProviderAsync(string provider, Uri activationLink, CancellationToken cancellationToken)
    {
        using var stranger = new HttpClient();
        var profile = await stranger.GetStringAsync(activationLink, cancellationToken);
        await PostAsync("/api/2.1/unity-catalog/providers", new { name = provider, recipient_profile_str = profile }, cancellationToken);
    }

    /// <summary>Waits until the last finished run of a sync holds at least a remote version.</summary>
    public async Task<JsonNode> WaitForSyncAsync(string sync, long remoteVersion, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var last = "";
        while (true)
        {
            var info = await GetAsync($"/api/tideway/v1/syncs/{sync}", cancellationToken);
            if (info["last_run"] is { } run)
            {
                if (run["state"]!.GetValue<string>() == "succeeded" && run["to_version"]!.GetValue<long>() >= remoteVersion)
                    return run;
                last = run["reason"]?.GetValue<string>() ?? last;
            }

            if (patience.IsCancellationRequested)
                throw new TimeoutException($"{Name}: sync {sync} does not hold version {remoteVersion} after {Patience}; its last failure: {last}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{Name}: {method} {path} was answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }
}
