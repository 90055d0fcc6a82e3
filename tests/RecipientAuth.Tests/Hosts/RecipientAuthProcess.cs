using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.Contracts;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Tests.Hosts;

/// <summary>The whole service on a free port, with a folder of its own. Requests come from the address that their X-Forwarded-For names.</summary>
internal sealed class RecipientAuthProcess : IAsyncDisposable
{
    public const string AdminToken = "test-bootstrap-token-0123456789abcdef";
    public const string InternalKey = "test-internal-key-0123456789abcdefgh";
    public const string PublicUrl = "https://data.example.org/tideway";

    private readonly WebApplication app;
    private readonly string? ownFolder;

    private RecipientAuthProcess(WebApplication app, string? ownFolder, ShiftedTime time, WrittenLog log)
    {
        this.app = app;
        this.ownFolder = ownFolder;
        Time = time;
        Log = log;
        Stranger = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Admin = ClientOf(AdminToken);
    }

    /// <summary>Sends no credential.</summary>
    public HttpClient Stranger { get; }

    /// <summary>Signed in as the administrator.</summary>
    public HttpClient Admin { get; }

    public ShiftedTime Time { get; }

    public WrittenLog Log { get; }

    public PublishedEvents Events => app.Services.GetRequiredService<PublishedEvents>();

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static string NewFolder() => Directory.CreateTempSubdirectory("tideway-recipient-auth-").FullName;

    public static async Task<RecipientAuthProcess> StartAsync(params string[] settings)
    {
        var folder = settings.Any(setting => setting.StartsWith("--Database:", StringComparison.Ordinal)) ? null : NewFolder();
        var time = new ShiftedTime();
        var log = new WrittenLog();
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            "--environment=Production",
            "--Public:Url=" + PublicUrl,
            "--Internal:Key=" + InternalKey,
            "--Web:TrustedProxies:0=127.0.0.1",
            "--RecipientAuth:RefusedActivationsPerMinute=1000",
            "--Database:SqliteSynchronous=NORMAL",
            .. settings.Any(setting => setting.StartsWith("--RecipientAuth:BootstrapAdminToken", StringComparison.Ordinal))
                ? Array.Empty<string>()
                : ["--RecipientAuth:BootstrapAdminToken=" + AdminToken],
            .. folder is null ? Array.Empty<string>() : ["--Database:Folder=" + folder],
            .. settings,
        ];
        var builder = TidewayHost.CreateBuilder(args, RecipientAuthStartup.Name, EventRouting.All);
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<PublishedEvents>();
        builder.AddRecipientAuth();
        Record<RecipientCreated>(builder);
        Record<RecipientUpdated>(builder);
        Record<RecipientDeleted>(builder);
        Record<RecipientTokenIssued>(builder);
        Record<RecipientTokenRotated>(builder);
        Record<RecipientTokenRevoked>(builder);
        Record<RecipientActivationRefused>(builder);
        Record<RecipientAccessTokenIssued>(builder);
        Record<RecipientAccessTokenRefused>(builder);
        Record<PrincipalCreated>(builder);
        Record<PrincipalTokenRevoked>(builder);
        Record<CredentialsChanged>(builder);
        var built = builder.Build();
        built.UseTideway();
        built.MapRecipientAuth();
        try
        {
            await built.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await built.DisposeAsync();
            Delete(folder);
            throw;
        }

        return new RecipientAuthProcess(built, folder, time, log);
    }

    public HttpClient ClientOf(string token)
    {
        var client = new HttpClient { BaseAddress = Stranger.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Stranger.Dispose();
        Admin.Dispose();
        await app.StopAsync(TestContext.Current.CancellationToken);
        await app.DisposeAsync();
        Delete(ownFolder);
    }

    private static void Record<TEvent>(WebApplicationBuilder builder)
        where TEvent : class => builder.AddBroadcastConsumer<RecipientAuthDatabase, RecordEvents<TEvent>, TEvent>("test", "record");

    private static void Delete(string? folder)
    {
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }
}
