using Xunit;

namespace Tideway.Testing.Servers;

/// <summary>
/// Redis for tests: the one that <c>TIDEWAY_TEST_REDIS</c> names (host:port), else an installed one, started for this process alone; where there is
/// neither, the test is skipped. Tests share it, so their keys need prefixes of their own.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>Environment variable with the endpoint of a server to use.</summary>
    public const string Variable = "TIDEWAY_TEST_REDIS";

    private static readonly Lazy<Task<RedisServer>> Shared = new(StartOnceAsync);

    private readonly string program;
    private readonly int port;
    private PrivateServer? server;

    private RedisServer(string endpoint, string program, int port)
    {
        Endpoint = endpoint;
        this.program = program;
        this.port = port;
    }

    /// <summary>host:port.</summary>
    public string Endpoint { get; }

    /// <summary>The server of this test process; started by the first who asks.</summary>
    public static Task<RedisServer> StartAsync() => Shared.Value;

    /// <summary>A server of the caller's own, which it may stop and start; dispose it.</summary>
    public static async Task<RedisServer> StartPrivateAsync()
    {
        var found = ServerTools.Find("/usr/bin/redis-server", "/usr/local/bin/redis-server");
        if (found is null)
            Assert.Skip("Redis is not installed (Debian: redis-server).");
        var free = ServerTools.FreePort();
        var redis = new RedisServer($"127.0.0.1:{free}", found, free);
        await redis.LaunchAsync();
        return redis;
    }

    /// <summary>Stops a server of the caller's own; what it held is gone.</summary>
    public async Task StopAsync()
    {
        var running = server ?? throw new InvalidOperationException("Only a private server can be stopped.");
        server = null;
        await running.DisposeAsync();
    }

    /// <summary>Starts a stopped server again at the same endpoint.</summary>
    public Task StartAgainAsync() => server is null ? LaunchAsync() : throw new InvalidOperationException("The server is running.");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    private static async Task<RedisServer> StartOnceAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? new RedisServer(given, "", 0) : await StartPrivateAsync();

    private async Task LaunchAsync()
    {
        var folder = ServerTools.NewFolder("redis");
        server = PrivateServer.Start(
            folder,
            new Dictionary<string, string>(StringComparer.Ordinal),
            "TERM",
            "KILL",
            program,
            "--port",
            port.ToString(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder
        );
        await server.WaitUntilReadyAsync(() => ServerTools.ListensAsync(port), CancellationToken.None);
    }
}
