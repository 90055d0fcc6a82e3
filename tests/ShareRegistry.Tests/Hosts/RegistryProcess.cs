using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.Contracts;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>The whole service on a free port, with folders of its own. Requests come from the address that their X-Forwarded-For names.</summary>
internal sealed class RegistryProcess : IAsyncDisposable
{
    public const string PublicUrl = "http://share.example.org";

    private readonly WebApplication app;
    private readonly string folder;

    private RegistryProcess(WebApplication app, string folder, KnownCredentials credentials, ShiftedTime time, WrittenLog log)
    {
        this.app = app;
        this.folder = folder;
        Credentials = credentials;
        Time = time;
        Log = log;
        Stranger = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Operator = Principal("operator", Roles.OutboundOperator);
    }

    /// <summary>Sends no credential.</summary>
    public HttpClient Stranger { get; }

    /// <summary>Signed in as an outbound operator.</summary>
    public HttpClient Operator { get; }

    /// <summary>The folder that is the storage root <c>lake</c>.</summary>
    public string Lake => LakeOf(folder);

    public KnownCredentials Credentials { get; }

    public ShiftedTime Time { get; }

    public WrittenLog Log { get; }

    public PublishedEvents Events => Get<PublishedEvents>();

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<RegistryProcess> StartAsync(params string[] settings)
    {
        var home = Directory.CreateTempSubdirectory("tideway-share-registry-").FullName;
        Directory.CreateDirectory(LakeOf(home));
        var (credentials, time, log) = (new KnownCredentials(), new ShiftedTime(), new WrittenLog());
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            "--environment=Production",
            "--Public:Url=" + PublicUrl,
            "--Web:TrustedProxies:0=127.0.0.1",
            "--Storage:Roots:lake=" + LakeOf(home),
            "--Files:SigningKeys:0=" + Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()),
            "--Database:SqliteSynchronous=NORMAL",
            "--Database:Folder=" + Path.Combine(home, "databases"),
            .. settings,
        ];
        var builder = TidewayHost.CreateBuilder(args, ShareRegistryStartup.Name, EventRouting.All);
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<PublishedEvents>();
        builder.AddShareRegistry();
        builder.Services.AddSingleton<ICredentialSource>(credentials);
        Record<ShareCreated>(builder);
        Record<ShareUpdated>(builder);
        Record<ShareDeleted>(builder);
        Record<ShareGranted>(builder);
        Record<ShareRevoked>(builder);
        Record<SharesAccessed>(builder);
        var built = builder.Build();
        built.UseTideway();
        built.MapShareRegistry();
        try
        {
            await built.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await built.DisposeAsync();
            Directory.Delete(home, recursive: true);
            throw;
        }

        return new RegistryProcess(built, home, credentials, time, log);
    }

    /// <summary>A client signed in as a new principal with these roles.</summary>
    public HttpClient Principal(string name, params string[] roles)
    {
        var token = "principal-" + name;
        Credentials.Add(
            token,
            new Credential
            {
                Kind = CredentialKind.Principal,
                Id = Guid.CreateVersion7(),
                Name = name,
                ExpiresAt = DateTimeOffset.MaxValue,
                Roles = roles,
            }
        );
        return ClientOf(token);
    }

    public HttpClient ClientOf(string token)
    {
        var client = new HttpClient { BaseAddress = Stranger.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Tells the service something, as another service would.</summary>
    public async Task PublishAsync<T>(T message)
        where T : class
    {
        await using var transaction = await Get<ShareRegistryDatabase>().BeginAsync(TestContext.Current.CancellationToken);
        transaction.Publish(message);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Stranger.Dispose();
        Operator.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static string LakeOf(string folder) => Path.Combine(folder, "lake");

    private static void Record<TEvent>(WebApplicationBuilder builder)
        where TEvent : class => builder.AddBroadcastConsumer<ShareRegistryDatabase, RecordEvents<TEvent>, TEvent>("test", "record");
}
