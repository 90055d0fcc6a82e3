using System.Security.Cryptography;
using System.Text;

namespace Tideway.Testing.Servers;

/// <summary>Azurite, Microsoft's own emulator of Azure Blob Storage, started for this process alone; where it is not installed, the test is skipped.</summary>
public sealed class AzureServer : IAsyncDisposable
{
    /// <summary>The one account it knows.</summary>
    public const string Account = "tideway";

    private const string Version = "2022-11-02";

    private static readonly Lazy<Task<AzureServer>> Shared = new(LaunchAsync);

    // Kept, because the process ends with the input that this holds open.
    private readonly PrivateServer server;

    private AzureServer(Uri endpoint, string accountKey, PrivateServer server)
    {
        this.server = server;
        Endpoint = endpoint;
        AccountKey = accountKey;
    }

    /// <summary>The address of the account.</summary>
    public Uri Endpoint { get; }

    /// <summary>The account's key in base64.</summary>
    public string AccountKey { get; }

    /// <summary>The server of this test process; started by the first who asks.</summary>
    public static Task<AzureServer> StartAsync() => Shared.Value;

    /// <summary>A fresh container; returns its name.</summary>
    public async Task<string> CreateContainerAsync()
    {
        var name = "test-" + Guid.CreateVersion7().ToString("N");
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Endpoint}/{name}?restype=container") { Content = new ByteArrayContent([]) };
        var date = TimeProvider.System.GetUtcNow().ToString("R");
        request.Headers.Add("x-ms-date", date);
        request.Headers.Add("x-ms-version", Version);
        var text = $"PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:{Version}\n/{Account}{request.RequestUri!.AbsolutePath}\nrestype:container";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(AccountKey), Encoding.UTF8.GetBytes(text)));
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {Account}:{signature}");
        using var made = await client.SendAsync(request);
        if (!made.IsSuccessStatusCode)
            throw new InvalidOperationException($"Azurite made no container: {(int)made.StatusCode} {await made.Content.ReadAsStringAsync()}");
        return name;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<AzureServer> LaunchAsync()
    {
        var installed = ObjectStoreFolder.Require();
        var folder = ServerTools.NewFolder("azurite");
        var port = ServerTools.FreePort();
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        var process = PrivateServer.Start(
            folder,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["AZURITE_ACCOUNTS"] = $"{Account}:{key}" },
            "TERM",
            "KILL",
            ObjectStoreFolder.Node(),
            Path.Combine(installed, "node_modules", "azurite", "dist", "src", "blob", "main.js"),
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            port.ToString(),
            "--location",
            folder,
            "--silent",
            "--disableTelemetry"
        );
        await process.WaitUntilReadyAsync(() => ServerTools.ListensAsync(port), CancellationToken.None);
        return new AzureServer(new Uri($"http://127.0.0.1:{port}/{Account}"), key, process);
    }
}
