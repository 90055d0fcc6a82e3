using Tideway.RecipientAuth.Tests.Hosts;
using Tideway.Testing.Servers;

namespace Tideway.RecipientAuth.Tests.Storage;

[Trait("Needs", "Servers")]
public sealed class PostgreSqlStoreTests : StoreContract
{
    private protected override async Task<RecipientAuthProcess> StartAsync()
    {
        var server = await PostgresServer.StartAsync();
        return await RecipientAuthProcess.StartAsync(
            "--Database:Engine=PostgreSql",
            "--Database:ConnectionString=" + await server.CreateDatabaseAsync(),
            "--Bus:OutboxPollInterval=00:00:00.050"
        );
    }
}
