using System.Security.Cryptography;
using Npgsql;
using Xunit;

namespace Tideway.Testing.Servers;

/// <summary>
/// PostgreSQL for tests: the one that <c>TIDEWAY_TEST_POSTGRES</c> names (an Npgsql connection string of a role that may create databases), else an
/// installed one, started for this process alone; where there is neither, the test is skipped.
/// </summary>
public sealed class PostgresServer
{
    /// <summary>Environment variable with the connection string of a server to use.</summary>
    public const string Variable = "TIDEWAY_TEST_POSTGRES";

    private static readonly Lazy<Task<PostgresServer>> Shared = new(() => StartOnceAsync(isDurable: false));

    private static readonly Lazy<Task<PostgresServer>> Durable = new(() => StartOnceAsync(isDurable: true));

    private readonly string connectionString;
    private readonly PrivateServer? server;

    private PostgresServer(string connectionString, PrivateServer? server)
    {
        this.connectionString = connectionString;
        this.server = server;
    }

    /// <summary>The server of this test process; started by the first who asks.</summary>
    public static Task<PostgresServer> StartAsync() => Shared.Value;

    /// <summary>As <see cref="StartAsync"/>, but one that is started waits for its disk at every commit, as in production.</summary>
    public static Task<PostgresServer> StartDurableAsync() => Durable.Value;

    /// <summary>A fresh database; returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "test_" + Guid.CreateVersion7().ToString("N");
        await ExecuteAsync($"CREATE DATABASE {name}");
        // A private server goes away with everything in it.
        if (server is null)
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Drop(name);
        return new NpgsqlConnectionStringBuilder(connectionString) { Database = name }.ConnectionString;
    }

    private static async Task<PostgresServer> StartOnceAsync(bool isDurable)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return new PostgresServer(given, server: null);
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin"))
                .LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;
        if (programs is null)
            Assert.Skip($"PostgreSQL is not installed (Debian: postgresql) and {Variable} is not set.");

        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var folder = ServerTools.NewFolder("postgres");
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, password);
        // PostgreSQL refuses to run as root; its package brings a user.
        string[] asUser = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        if (asUser.Length > 0)
            await ServerTools.RunAsync(none, CancellationToken.None, "chown", "-R", "postgres:postgres", folder);
        var data = Path.Combine(folder, "data");
        await ServerTools.RunAsync(
            none,
            CancellationToken.None,
            [
                .. asUser,
                Path.Combine(programs, "initdb"),
                "-D",
                data,
                "-U",
                "tideway",
                "-A",
                "scram-sha-256",
                "--pwfile=" + passwordFile,
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ]
        );

        var port = ServerTools.FreePort();
        var process = PrivateServer.Start(
            folder,
            none,
            "INT",
            "QUIT",
            [
                .. asUser,
                Path.Combine(programs, "postgres"),
                "-D",
                data,
                "-p",
                port.ToString(),
                // Only this machine reaches it.
                .. Settings("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=400"),
                // What a test wrote need not outlive a power failure.
                .. isDurable ? [] : Settings("fsync=off", "full_page_writes=off"),
            ]
        );
        var address = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = "tideway",
            Password = password,
            Database = "postgres",
            MaxPoolSize = 20,
            Timeout = 60,
            CommandTimeout = 120,
        }.ConnectionString;
        var started = new PostgresServer(address, process);
        await process.WaitUntilReadyAsync(started.AnswersAsync, CancellationToken.None);
        return started;
    }

    private static IEnumerable<string> Settings(params string[] settings) => settings.SelectMany(setting => (string[])["-c", setting]);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await ExecuteAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private void Drop(string database)
    {
        using var connection = new NpgsqlConnection(connectionString);
        connection.Open();
        using var command = new NpgsqlCommand($"DROP DATABASE IF EXISTS {database} WITH (FORCE)", connection);
        command.ExecuteNonQuery();
    }
}
