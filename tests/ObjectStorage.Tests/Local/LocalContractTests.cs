using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage.Tests.Local;

public sealed class LocalContractTests : ObjectStoreContract, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    protected override Task<IObjectStore> OpenAsync() => Task.FromResult<IObjectStore>(new LocalObjectStore(folder.Path));
}
