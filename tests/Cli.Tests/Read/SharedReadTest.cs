using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Read;

/// <summary>Tests of <c>tideway read</c>, each with a server of its own that shares what it is told to.</summary>
public abstract class SharedReadTest : IAsyncLifetime
{
    private protected TempFolder Folder { get; } = new();

    private protected FakeShare Share { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Share = await FakeShare.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Share.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
