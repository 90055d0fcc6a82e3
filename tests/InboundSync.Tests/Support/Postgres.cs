using Tideway.Testing.Servers;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>Settings of a host whose state is in a fresh PostgreSQL database.</summary>
internal static class Postgres
{
    public static async Task<string[]> SettingsAsync()
    {
        var server = await PostgresServer.StartAsync();
        return ["--Database:Engine=PostgreSql", $"--Database:ConnectionString={await server.CreateDatabaseAsync()}"];
    }
}
