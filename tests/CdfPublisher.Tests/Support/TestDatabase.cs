using Tideway.Hosting.Database;
using Tideway.Testing.Servers;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>A fresh database that outlives the hosts that use it.</summary>
internal sealed class TestDatabase : IDisposable
{
    private readonly TempFolder? folder;

    private TestDatabase(IReadOnlyList<string> settings, TempFolder? folder)
    {
        Settings = settings;
        this.folder = folder;
    }

    public IReadOnlyList<string> Settings { get; }

    public static async Task<TestDatabase> CreateAsync(DatabaseEngine engine)
    {
        if (engine == DatabaseEngine.PostgreSql)
        {
            var server = await PostgresServer.StartAsync();
            return new TestDatabase(["--Database:Engine=PostgreSql", $"--Database:ConnectionString={await server.CreateDatabaseAsync()}"], null);
        }

        var own = new TempFolder();
        return new TestDatabase([$"--Database:Folder={own.Path}", "--Database:SqliteSynchronous=NORMAL"], own);
    }

    public void Dispose() => folder?.Dispose();
}
