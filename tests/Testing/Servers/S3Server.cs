using System.Reflection;

namespace Tideway.Testing.Servers;

/// <summary>
/// An S3 server for tests, started for this process alone; where it is not installed, the test is skipped. It checks signatures, and honours conditions
/// of writes unless it is started not to.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    /// <summary>The id of the one access key it knows.</summary>
    public const string AccessKeyId = "S3RVER";

    /// <summary>The secret of the one access key it knows.</summary>
    public const string SecretAccessKey = "S3RVER";

    private static readonly Lazy<Task<S3Server>> Shared = new(() => LaunchAsync("honour-conditions"));

    private static readonly Lazy<Task<S3Server>> Careless = new(() => LaunchAsync("ignore-conditions"));

    // Kept, because the process ends with the input that this holds open.
    private readonly PrivateServer server;

    private S3Server(Uri endpoint, PrivateServer server)
    {
        Endpoint = endpoint;
        this.server = server;
    }

    /// <summary>Its address.</summary>
    public Uri Endpoint { get; }

    /// <summary>The server of this test process; started by the first who asks.</summary>
    public static Task<S3Server> StartAsync() => Shared.Value;

    /// <summary>Another that writes over what is there even when asked not to.</summary>
    public static Task<S3Server> StartCarelessAsync() => Careless.Value;

    /// <summary>A fresh bucket; returns its name.</summary>
    public async Task<string> CreateBucketAsync()
    {
        var name = "test-" + Guid.CreateVersion7().ToString("N");
        using var client = new HttpClient();
        using var made = await client.PostAsync(new Uri(Endpoint, $"/-/buckets/{name}"), null);
        made.EnsureSuccessStatusCode();
        return name;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<S3Server> LaunchAsync(string conditions)
    {
        var installed = ObjectStoreFolder.Require();
        var folder = ServerTools.NewFolder("s3");
        var script = Path.Combine(folder, "s3-server.cjs");
        await using (var source = Assembly.GetExecutingAssembly().GetManifestResourceStream("s3-server.cjs")!)
        await using (var target = File.Create(script))
            await source.CopyToAsync(target);
        var port = ServerTools.FreePort();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["NODE_PATH"] = Path.Combine(installed, "node_modules") };
        var process = PrivateServer.Start(
            folder,
            environment,
            "TERM",
            "KILL",
            ObjectStoreFolder.Node(),
            script,
            port.ToString(),
            Path.Combine(folder, "data"),
            conditions
        );
        await process.WaitUntilReadyAsync(() => ServerTools.ListensAsync(port), CancellationToken.None);
        return new S3Server(new Uri($"http://127.0.0.1:{port}"), process);
    }
}
