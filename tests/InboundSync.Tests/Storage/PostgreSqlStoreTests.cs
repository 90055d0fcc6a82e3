using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Storage;

[Trait("Needs", "Servers")]
public sealed class PostgreSqlStoreTests : StoreContract
{
    protected override Task<string[]> SettingsAsync() => Postgres.SettingsAsync();
}
