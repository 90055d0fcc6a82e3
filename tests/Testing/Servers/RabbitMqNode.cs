using Xunit;

namespace Tideway.Testing.Servers;

/// <summary>A RabbitMQ node of this test process with its own folder, ports and port mapper.</summary>
internal sealed class RabbitMqNode : IAsyncDisposable
{
    private readonly string programs;
    private readonly string folder;
    private readonly int port = ServerTools.FreePort();
    private readonly Dictionary<string, string> environment;
    private readonly SemaphoreSlim control = new(1, 1);
    private PrivateServer? mapper;
    private PrivateServer? server;

    private RabbitMqNode(string programs)
    {
        this.programs = programs;
        folder = ServerTools.NewFolder("rabbitmq");
        environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = folder,
            ["RABBITMQ_NODENAME"] = "tideway@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = port.ToString(),
            ["RABBITMQ_DIST_PORT"] = ServerTools.FreePort().ToString(),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "rabbitmq.pid"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
            // Without a shell around it, the process that gets the signal is the broker itself.
            ["RUNNING_UNDER_SYSTEMD"] = "1",
            // Idle schedulers that spin would take the machine from the tests.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none",
            ["RABBITMQ_CTL_ERL_ARGS"] = "+sbwt none +S 1",
            ["ERL_EPMD_PORT"] = ServerTools.FreePort().ToString(),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        };
    }

    public static async Task<RabbitMqNode> StartAsync()
    {
        var broker = ServerTools.Find("/usr/lib/rabbitmq/bin/rabbitmq-server");
        var portMapper = ServerTools.Find("/usr/bin/epmd");
        if (broker is null || portMapper is null)
            Assert.Skip($"RabbitMQ is not installed (Debian: rabbitmq-server) and {RabbitMqServer.Variable} is not set.");
        var node = new RabbitMqNode(Path.GetDirectoryName(broker)!);
        await File.WriteAllTextAsync(node.environment["RABBITMQ_CONFIG_FILE"], "disk_free_limit.absolute = 50MB\n");
        await File.WriteAllTextAsync(node.environment["RABBITMQ_ENABLED_PLUGINS_FILE"], "[].\n");
        // Without one of its own, the node would start a port mapper that outlives it.
        node.mapper = PrivateServer.Start(
            ServerTools.NewFolder("epmd"),
            node.environment,
            "TERM",
            "KILL",
            portMapper,
            "-port",
            node.environment["ERL_EPMD_PORT"],
            "-address",
            "127.0.0.1"
        );
        await node.mapper.WaitUntilReadyAsync(() => ServerTools.ListensAsync(int.Parse(node.environment["ERL_EPMD_PORT"])), CancellationToken.None);
        await node.LaunchAsync();
        return node;
    }

    public async Task<Uri> CreateVirtualHostAsync(string name)
    {
        // One call of the control program for all, because each takes seconds to start.
        var commands =
            $"rabbit_vhost:add(<<\"{name}\">>, <<\"tests\">>), "
            + $"rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, <<\"{name}\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"tests\">>).";
        await control.WaitAsync();
        try
        {
            await ServerTools.RunAsync(environment, CancellationToken.None, Path.Combine(programs, "rabbitmqctl"), "eval", commands);
        }
        finally
        {
            control.Release();
        }

        return new Uri($"amqp://guest:guest@127.0.0.1:{port}/{name}");
    }

    public async Task StopAsync()
    {
        var running = server ?? throw new InvalidOperationException("The server is not running.");
        await running.StopAsync(CancellationToken.None);
        server = null;
    }

    public Task StartAgainAsync() => server is null ? LaunchAsync() : throw new InvalidOperationException("The server is running.");

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        else
            Directory.Delete(folder, recursive: true);
        if (mapper is not null)
            await mapper.DisposeAsync();
        control.Dispose();
    }

    private async Task LaunchAsync()
    {
        server = PrivateServer.Start(folder, environment, "TERM", "KILL", Path.Combine(programs, "rabbitmq-server"));
        await server.WaitUntilReadyAsync(() => ServerTools.ListensAsync(port), CancellationToken.None);
    }
}
