using Tideway.EndToEnd.Tests.Hosts;
using Tideway.Testing.Servers;

[assembly: AssemblyFixture(typeof(Tideway.EndToEnd.Tests.Exchange.TwoOrganisationsFixture))]

namespace Tideway.EndToEnd.Tests.Exchange;

/// <summary>Two organisations as ten service processes on one RabbitMQ (a virtual host each), PostgreSQL (a database each) and Redis.</summary>
public sealed class TwoOrganisationsFixture : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"tideway-e2e-{Guid.CreateVersion7():N}");
    private OrganisationHost? skylane;
    private OrganisationHost? harbor;
    private RabbitMqServer? broker;

    internal OrganisationHost Skylane => skylane!;

    internal OrganisationHost Harbor => harbor!;

    internal RabbitMqServer Broker => broker!;

    internal IEnumerable<OrganisationHost> Both => [Skylane, Harbor];

    public async ValueTask InitializeAsync()
    {
        var postgres = await PostgresServer.StartAsync();
        var redis = await RedisServer.StartAsync();
        broker = await RabbitMqServer.StartPrivateAsync();
        skylane = await OrganisationHost.StartAsync(
            "skylane",
            Path.Combine(folder, "skylane"),
            await broker.CreateVirtualHostAsync(),
            await postgres.CreateDatabaseAsync(),
            redis.Endpoint
        );
        harbor = await OrganisationHost.StartAsync(
            "harbor",
            Path.Combine(folder, "harbor"),
            await broker.CreateVirtualHostAsync(),
            await postgres.CreateDatabaseAsync(),
            redis.Endpoint
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (skylane is not null)
            await skylane.DisposeAsync();
        if (harbor is not null)
            await harbor.DisposeAsync();
        if (broker is not null)
            await broker.DisposeAsync();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
