using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.Contracts;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;
using Tideway.ShareRegistry.Storage;
using Tideway.Testing.Servers;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>The service's database without the service: made by a host that starts and ends, so that nothing takes from the outbox.</summary>
internal static class MigratedDatabase
{
    /// <summary>A database file in a folder of the test's.</summary>
    public static Task<ShareRegistryDatabase> OpenFileAsync(string folder) => OpenAsync(new DatabaseOptions { Folder = folder, SqliteSynchronous = "NORMAL" });

    /// <summary>A new database of PostgreSQL, and how others open it.</summary>
    public static async Task<(ShareRegistryDatabase Database, DatabaseOptions Options)> OpenPostgresAsync()
    {
        var server = await PostgresServer.StartAsync();
        var options = new DatabaseOptions { Engine = DatabaseEngine.PostgreSql, ConnectionString = await server.CreateDatabaseAsync() };
        return (await OpenAsync(options), options);
    }

    private static async Task<ShareRegistryDatabase> OpenAsync(DatabaseOptions options)
    {
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            $"--Database:Engine={options.Engine}",
            $"--Database:Folder={options.Folder}",
            $"--Database:ConnectionString={options.ConnectionString}",
        ];
        var builder = TidewayHost.CreateBuilder(args, "test", EventRouting.All);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ICredentialSource>(new KnownCredentials());
        builder.AddServiceDatabase((o, t) => new ShareRegistryDatabase(o, t));
        await using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(CancellationToken.None);
        return new ShareRegistryDatabase(options, TimeProvider.System);
    }
}
