namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>A server of its own for each test, which answers as the test says.</summary>
public abstract class FakeServerFixture : IAsyncLifetime
{
    private protected FakeServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await FakeServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
