namespace Tideway.Testing.Servers;

/// <summary>
/// RabbitMQ for tests: the one that <c>TIDEWAY_TEST_RABBITMQ</c> names (an amqp URI of an administrator, whose management API answers at port 15672 or
/// at <c>TIDEWAY_TEST_RABBITMQ_MANAGEMENT</c>), else an installed one, started for this process alone; where there is neither, the test is skipped.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    /// <summary>Environment variable with the URI of a server to use.</summary>
    public const string Variable = "TIDEWAY_TEST_RABBITMQ";

    private static readonly Lazy<Task<RabbitMqServer>> Shared = new(StartOnceAsync);

    private readonly Uri? given;
    private readonly RabbitMqNode? node;

    private RabbitMqServer(Uri? given, RabbitMqNode? node)
    {
        this.given = given;
        this.node = node;
    }

    /// <summary>The server of this test process; started by the first who asks.</summary>
    public static Task<RabbitMqServer> StartAsync() => Shared.Value;

    /// <summary>A server of the caller's own, which it may stop and start; dispose it.</summary>
    public static async Task<RabbitMqServer> StartPrivateAsync() => new(given: null, await RabbitMqNode.StartAsync());

    /// <summary>A fresh virtual host; returns its amqp URI.</summary>
    public async Task<Uri> CreateVirtualHostAsync()
    {
        var name = "test-" + Guid.CreateVersion7().ToString("N");
        if (node is not null)
            return await node.CreateVirtualHostAsync(name);
        await RabbitMqManagement.CreateVirtualHostAsync(given!, name);
        return new UriBuilder(given!) { Path = "/" + name }.Uri;
    }

    /// <summary>Stops a server of the caller's own; what is durable stays for <see cref="StartAgainAsync"/>.</summary>
    public Task StopAsync() => Own().StopAsync();

    /// <summary>Starts a stopped server again at the same address.</summary>
    public Task StartAgainAsync() => Own().StartAgainAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (node is not null)
            await node.DisposeAsync();
    }

    private static async Task<RabbitMqServer> StartOnceAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } uri ? new RabbitMqServer(new Uri(uri), node: null) : await StartPrivateAsync();

    private RabbitMqNode Own()
    {
        if (Shared.IsValueCreated && Shared.Value is { IsCompletedSuccessfully: true } shared && ReferenceEquals(shared.GetAwaiter().GetResult(), this))
            throw new InvalidOperationException("Other tests use this server; StartPrivateAsync gives one that may be stopped.");
        return node ?? throw new InvalidOperationException("Only a private server can be stopped.");
    }
}
