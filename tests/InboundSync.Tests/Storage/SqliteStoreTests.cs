namespace Tideway.InboundSync.Tests.Storage;

public sealed class SqliteStoreTests : StoreContract
{
    protected override Task<string[]> SettingsAsync() => Task.FromResult<string[]>([]);
}
