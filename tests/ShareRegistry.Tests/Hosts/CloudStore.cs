using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tideway.Testing.Stores;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>A store whose folder <c>lake</c> is the storage root <c>cloud</c>, and how a recipient reads from it with temporary credentials: by plain requests, as the vendor describes them.</summary>
internal abstract class CloudStore : IAsyncDisposable
{
    private readonly HttpClient http = new();

    /// <summary>The location of the root.</summary>
    public abstract string Root { get; }

    /// <summary>The settings of the root.</summary>
    public abstract string[] Settings { get; }

    /// <summary>The member of the answer that holds the credentials, and their one secret.</summary>
    public abstract (string Kind, string Secret) Member { get; }

    public string SecretOf(JsonElement credentials) => credentials.GetProperty(Member.Kind).GetProperty(Member.Secret).GetString()!;

    /// <summary>Reads what lies at a path of the root.</summary>
    public Task<(int Status, string Body)> ReadAsync(JsonElement credentials, string path) => SendAsync(HttpMethod.Get, credentials, path, "");

    /// <summary>Overwrites what lies at a path of the root.</summary>
    public Task<(int Status, string Body)> WriteAsync(JsonElement credentials, string path) => SendAsync(HttpMethod.Put, credentials, path, "");

    /// <summary>Lists what begins with a path of the root.</summary>
    public Task<(int Status, string Body)> ListAsync(JsonElement credentials, string path) =>
        SendAsync(HttpMethod.Get, credentials, null, ListQuery("lake/" + path));

    public virtual ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    protected abstract string ListQuery(string prefix);

    protected abstract HttpRequestMessage Make(HttpMethod method, string? path, string query, string secret);

    private async Task<(int Status, string Body)> SendAsync(HttpMethod method, JsonElement credentials, string? path, string query)
    {
        using var request = Make(method, path is null ? null : "lake/" + path, query, SecretOf(credentials));
        if (method == HttpMethod.Put)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("overwritten"));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

/// <summary>An account of Azure with a hierarchical namespace, and an application without the account's key.</summary>
internal sealed class AzureStore(FakeAzure azure) : CloudStore
{
    public FakeAzure Azure => azure;

    public override string Root => $"abfss://data@{FakeAzure.Account}.dfs.core.windows.net/lake";

    public override string[] Settings =>
        [
            $"--Storage:Roots:cloud={Root}",
            $"--Storage:Access:cloud:Endpoint={azure.Endpoint}",
            $"--Storage:Access:cloud:AuthorityEndpoint={azure.Authority}",
            $"--Storage:Access:cloud:TenantId={FakeAzure.TenantId}",
            $"--Storage:Access:cloud:ClientId={FakeAzure.ClientId}",
            $"--Storage:Access:cloud:ClientSecret={FakeAzure.ClientSecret}",
        ];

    public override (string Kind, string Secret) Member => ("azureUserDelegationSas", "sasToken");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await azure.DisposeAsync();
    }

    protected override string ListQuery(string prefix) => $"restype=container&comp=list&prefix={Uri.EscapeDataString(prefix)}&";

    protected override HttpRequestMessage Make(HttpMethod method, string? path, string query, string secret)
    {
        var request = new HttpRequestMessage(method, new Uri($"{azure.Endpoint}/data{(path is null ? "" : "/" + path)}?{query}{secret}"));
        if (method == HttpMethod.Put)
            request.Headers.Add("x-ms-blob-type", "BlockBlob");
        return request;
    }
}

/// <summary>A bucket of Google Cloud Storage.</summary>
internal sealed class GcsStore(FakeGcs gcs) : CloudStore
{
    public override string Root => "gs://acme-data/lake";

    public override string[] Settings =>
        [
            $"--Storage:Roots:cloud={Root}",
            $"--Storage:Access:cloud:Endpoint={gcs.Endpoint}",
            $"--Storage:Access:cloud:StsEndpoint={new Uri(gcs.Endpoint, "/sts")}",
            $"--Storage:Access:cloud:ServiceAccountFile={gcs.KeyFile}",
        ];

    public override (string Kind, string Secret) Member => ("gcpOauthToken", "oauthToken");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await gcs.DisposeAsync();
    }

    protected override string ListQuery(string prefix) => $"list-type=2&prefix={Uri.EscapeDataString(prefix)}";

    protected override HttpRequestMessage Make(HttpMethod method, string? path, string query, string secret) =>
        new(method, new Uri(gcs.Endpoint, $"/acme-data{(path is null ? "" : "/" + path)}?{query}"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", secret) },
        };
}
