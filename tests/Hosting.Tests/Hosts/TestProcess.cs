using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Tests.Hosts;

/// <summary>A whole Tideway process on a free port of this machine, with a folder of its own.</summary>
internal sealed class TestProcess : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string? ownFolder;
    private bool disposed;

    private TestProcess(WebApplication app, string? ownFolder)
    {
        this.app = app;
        this.ownFolder = ownFolder;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    public static string NewFolder() => Directory.CreateTempSubdirectory("tideway-hosting-").FullName;

    public static Task<TestProcess> StartAsync(Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null, params string[] settings) =>
        StartAsync([], add, map, settings);

    public static async Task<TestProcess> StartAsync(
        IReadOnlyList<(string Queue, Type EventType)> routing,
        Action<WebApplicationBuilder>? add = null,
        Action<WebApplication>? map = null,
        params string[] settings
    )
    {
        var folder = settings.Any(setting => setting.StartsWith("--Database:Folder=", StringComparison.Ordinal)) ? null : NewFolder();
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            "--environment=Production",
            "--Logging:LogLevel:Default=Critical",
            .. folder is null ? Array.Empty<string>() : ["--Database:Folder=" + folder],
            .. settings,
        ];
        WebApplication? built = null;
        try
        {
            var builder = TidewayHost.CreateBuilder(args, "test", routing);
            builder.Services.AddSingleton<ICredentialSource>(new FakeCredentialSource());
            add?.Invoke(builder);
            built = builder.Build();
            built.UseTideway();
            map?.Invoke(built);
            await built.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            if (built is not null)
                await built.DisposeAsync();
            Delete(folder);
            throw;
        }

        return new TestProcess(built, folder);
    }

    public Task StopAsync() => app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        Client.Dispose();
        await app.StopAsync(TestContext.Current.CancellationToken);
        await app.DisposeAsync();
        Delete(ownFolder);
    }

    private static void Delete(string? folder)
    {
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }
}
