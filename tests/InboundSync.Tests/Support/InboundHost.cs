using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.Contracts;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Storage;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>The service with a database and a lake of its own.</summary>
internal sealed class InboundHost : IAsyncDisposable
{
    public const string Providers = "/api/2.1/unity-catalog/providers";
    public const string Syncs = "/api/tideway/v1/syncs";
    public const string PublicUrl = "https://we.example.org";

    private const string SecretKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private readonly WebApplication app;

    private InboundHost(WebApplication app, string lake)
    {
        this.app = app;
        Lake = lake;
        Client = ClientOf(Roles.InboundOperator);
    }

    public string Lake { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    public InboundSyncDatabase Database => Services.GetRequiredService<InboundSyncDatabase>();

    public EventLog Events => Services.GetRequiredService<EventLog>();

    /// <summary>Its name, with which those of its leases begin.</summary>
    public string Owner => Services.GetRequiredService<SyncQueue>().Owner;

    public CapturedLogs Logs => Services.GetRequiredService<CapturedLogs>();

    /// <summary>Starts the service in a folder; what an earlier one left there is there again.</summary>
    public static Task<InboundHost> StartAsync(TempFolder folder, params string[] settings) => StartAsync(folder, settings, _ => { });

    /// <summary>The service without the part that runs syncs, for tests that do that themselves.</summary>
    public static Task<InboundHost> StartIdleAsync(TempFolder folder, params string[] settings) =>
        StartAsync(folder, settings, services => services.Remove(services.Single(service => service.ImplementationType == typeof(SyncScheduler))));

    private static async Task<InboundHost> StartAsync(TempFolder folder, string[] settings, Action<IServiceCollection> configure)
    {
        var lake = folder.Sub("lake");
        string[] defaults =
        [
            $"--Database:Folder={folder.Sub("databases")}",
            "--Database:SqliteSynchronous=NORMAL",
            "--Bus:OutboxPollInterval=00:00:00.050",
            "--RecipientAuth:Url=http://127.0.0.1:1",
            $"--Public:Url={PublicUrl}",
            $"--Secrets:Keys:0={SecretKey}",
            $"--Storage:Roots:lake={lake}",
            // Nobody is there; it is only asked for what lies in it.
            "--Storage:Roots:cloud=s3://cloud-bucket/tables",
            "--Storage:Access:cloud:Endpoint=http://127.0.0.1:1",
            $"--InboundSync:StagingFolder={Path.Combine(folder.Path, "staging")}",
            "--InboundSync:AllowInsecureHttp=true",
            "--InboundSync:AllowPrivateAddresses=true",
            "--InboundSync:RequestRetries=0",
            "--InboundSync:LongestRetryDelay=00:00:01",
        ];
        var builder = TidewayHost.CreateBuilder([.. defaults, .. settings], InboundSyncStartup.Name, EventRouting.All);
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        var logs = new CapturedLogs();
        builder.Logging.AddProvider(logs);
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton(logs);
        builder.AddInboundSync();
        EventLog.AddTo(builder);
        builder.Services.AddSingleton<ICredentialSource, TokenPerRole>();
        configure(builder.Services);
        var built = builder.Build();
        built.UseTideway();
        built.MapInboundSync();
        await built.StartAsync(TestContext.Current.CancellationToken);
        return new InboundHost(built, lake);
    }

    public HttpClient ClientOf(string role)
    {
        var client = app.GetTestClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", role);
        return client;
    }

    public string Target(string name) => Path.Combine(Lake, name);

    public async Task AddProviderAsync(FakeProvider provider, string name = "partner") =>
        await ExpectAsync(HttpMethod.Post, Providers, new { name, recipient_profile_str = provider.Profile });

    /// <summary>Adds a sync of <c>sales.public.orders</c> and waits for the end of its first run.</summary>
    public async Task<JsonNode> AddSyncAsync(
        string name = "orders",
        string mode = "mirror",
        string[]? keys = null,
        string? table = null,
        int interval = 3600,
        bool validate = true
    )
    {
        await ExpectAsync(HttpMethod.Post, validate ? Syncs : Syncs + "?validate=false", NewSync(name, mode, keys, table, interval));
        return await WaitForRunAsync(name, run => IsOver(run));
    }

    /// <summary>Adds a sync of <c>sales.public.orders</c>, whose first run may last.</summary>
    public Task CreateSyncAsync(string name = "orders", string mode = "mirror", string? table = null) =>
        ExpectAsync(HttpMethod.Post, Syncs, NewSync(name, mode, table: table));

    /// <summary>What is sent to add a sync of <c>sales.public.orders</c>.</summary>
    public object NewSync(string name = "orders", string mode = "mirror", string[]? keys = null, string? table = null, int interval = 3600) =>
        new
        {
            name,
            provider = "partner",
            share = "sales",
            schema = "public",
            table = table ?? "orders",
            mode,
            keys = keys ?? (mode == "merge" ? ["id"] : []),
            target = Target(name),
            interval_seconds = interval,
        };

    /// <summary>Asks for a run and waits for its end.</summary>
    public async Task<JsonNode> RunAsync(string name = "orders")
    {
        var queued = await ExpectAsync(HttpMethod.Post, $"{Syncs}/{name}/run", null);
        return await Eventually.Async(() => GetAsync($"{Syncs}/{name}/runs/{queued["run_id"]}"), IsOver, because: "the end of the run");
    }

    /// <summary>As <see cref="RunAsync"/>; the run has to succeed.</summary>
    public async Task<JsonNode> SyncAsync(string name = "orders")
    {
        var run = await RunAsync(name);
        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        return run;
    }

    public async Task<JsonNode> WaitForRunAsync(string name, Func<JsonNode, bool> condition)
    {
        var sync = await Eventually.Async(() => GetAsync($"{Syncs}/{name}"), sync => sync["last_run"] is { } run && condition(run), because: "a run like that");
        return sync["last_run"]!;
    }

    public Task<JsonNode> GetAsync(string path) => ExpectAsync(HttpMethod.Get, path, null);

    /// <summary>Sends and expects success.</summary>
    public async Task<JsonNode> ExpectAsync(HttpMethod method, string path, object? body)
    {
        var (status, json) = await SendAsync(method, path, body);
        status.ShouldBeInRange(200, 299, json?.ToJsonString());
        return json!;
    }

    public async Task<(int Status, JsonNode? Json)> SendAsync(HttpMethod method, string path, object? body, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await (client ?? Client).SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Changes the database behind the back of the service, as time or a crash would.</summary>
    public async Task ChangeAsync(string sql, object? parameters = null)
    {
        await using var transaction = await Database.BeginAsync(TestContext.Current.CancellationToken);
        await transaction.ExecuteAsync(sql, parameters, TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    public Task<long> CountAsync(string table) =>
        Database.QueryFirstOrDefaultAsync<long>($"SELECT COUNT(*) FROM {table}", null, TestContext.Current.CancellationToken);

    /// <summary>Stops the service in good order.</summary>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }

    private static bool IsOver(JsonNode run) => run["state"]!.GetValue<string>() is "succeeded" or "failed";
}
