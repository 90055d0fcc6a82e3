using System.Security.Cryptography;

namespace Tideway.EndToEnd.Tests.Hosts;

/// <summary>One organisation as five service processes behind a public host, with a virtual host, a database and a folder of its own.</summary>
internal sealed class OrganisationHost : IAsyncDisposable
{
    public static readonly string[] Services = ["RecipientAuth", "ShareRegistry", "CdfPublisher", "InboundSync", "Audit"];

    private readonly PathProxy proxy;
    private readonly Dictionary<string, ServiceProcess> processes;

    private OrganisationHost(
        string name,
        string folder,
        PathProxy proxy,
        string adminToken,
        Dictionary<string, ServiceProcess> processes,
        HostedOrganisation api,
        Uri broker
    )
    {
        Name = name;
        Folder = folder;
        this.proxy = proxy;
        AdminToken = adminToken;
        this.processes = processes;
        Api = api;
        Broker = broker;
    }

    public string Name { get; }

    public string Folder { get; }

    public string AdminToken { get; }

    public Uri Url => proxy.Url;

    public HostedOrganisation Api { get; }

    public Uri Broker { get; }

    public string Tables => Path.Combine(Folder, "tables");

    public ServiceProcess this[string service] => processes[service];

    /// <summary>Waits until every service says that it is ready: that it reads its queues, and can send.</summary>
    public Task WaitUntilReadyAsync() => Task.WhenAll(processes.Values.Select(process => process.WaitUntilAsync("/health/ready")));

    public static async Task<OrganisationHost> StartAsync(string name, string folder, Uri broker, string database, string redis)
    {
        Directory.CreateDirectory(Path.Combine(folder, "tables"));
        var adminToken = "boot" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var port = ServiceProcess.FreePort();
        var settings = Settings(folder, broker, database, redis, new Uri($"http://127.0.0.1:{port}"), adminToken);
        var services = Services.ToDictionary(service => service, service => new ServiceProcess(service, folder, settings), StringComparer.Ordinal);
        // Every service finds recipient-auth by its own address; the public host never passes on what is internal.
        settings["RecipientAuth:Url"] = services["RecipientAuth"].Url.GetLeftPart(UriPartial.Authority);
        var front = await PathProxy.StartAsync(port, path => ServiceRoutes.ServiceOf(path) is { } service ? services[service].Url : null);
        foreach (var process in services.Values)
            process.Start();
        await Task.WhenAll(services.Values.Select(process => process.WaitUntilAsync("/health/ready")));
        return new OrganisationHost(name, folder, front, adminToken, services, new HostedOrganisation(name, front.Url, adminToken), broker);
    }

    /// <summary>What the services wrote last, for the message of a test that failed.</summary>
    public string LogTails => string.Join("\n\n", processes.Values.Select(process => $"--- {Name} {process.Name}\n{process.LogTail}"));

    public async ValueTask DisposeAsync()
    {
        await proxy.DisposeAsync();
        Api.Dispose();
        foreach (var process in processes.Values)
            await process.DisposeAsync();
    }

    private static Dictionary<string, string> Settings(string folder, Uri broker, string database, string redis, Uri publicUrl, string adminToken) =>
        new(StringComparer.Ordinal)
        {
            ["Bus:Transport"] = "RabbitMq",
            ["Bus:ConnectionString"] = broker.ToString(),
            ["Database:Engine"] = "PostgreSql",
            ["Database:ConnectionString"] = database,
            ["Redis:Endpoint"] = redis,
            ["Public:Url"] = publicUrl.GetLeftPart(UriPartial.Authority),
            ["Storage:Roots:tables"] = Path.Combine(folder, "tables"),
            ["Files:SigningKeys:0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Internal:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets:Keys:0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["RecipientAuth:BootstrapAdminToken"] = adminToken,
            ["CdfPublisher:PollInterval"] = "00:00:00.200",
            ["CdfPublisher:Delivery:AllowInsecureLoopback"] = "true",
            ["InboundSync:AllowInsecureHttp"] = "true",
            ["InboundSync:AllowPrivateAddresses"] = "true",
            ["InboundSync:Lease"] = "00:00:06",
            ["InboundSync:StagingFolder"] = Path.Combine(folder, "staging"),
        };
}
