using Tideway.RecipientAuth.Tests.Hosts;

namespace Tideway.RecipientAuth.Tests.Storage;

public sealed class SqliteStoreTests : StoreContract
{
    private protected override Task<RecipientAuthProcess> StartAsync() => RecipientAuthProcess.StartAsync();
}
