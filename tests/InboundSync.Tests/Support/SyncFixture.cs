using Tideway.DeltaLog.Evolution;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>A service, a provider that it knows, and a table of orders that the provider shares.</summary>
public abstract class SyncFixture : IAsyncLifetime
{
    private readonly TempFolder folder = new();

    private protected TempFolder Folder => folder;

    private protected FakeProvider Provider { get; private set; } = null!;

    private protected InboundHost Host { get; private set; } = null!;

    private protected SharedTable Orders { get; set; } = null!;

    private protected string Copy => Host.Target("orders");

    private protected virtual string[] Settings => [];

    public virtual async ValueTask InitializeAsync()
    {
        Provider = await FakeProvider.StartAsync();
        Host = await InboundHost.StartAsync(folder, Settings);
        await Host.AddProviderAsync(Provider);
        Orders = await ShareAsync("orders");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Provider.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the service and starts it again on what it left.</summary>
    private protected async Task RestartAsync()
    {
        await Host.DisposeAsync();
        Host = await InboundHost.StartAsync(folder, Settings);
    }

    /// <summary>Has the provider share a new table of orders.</summary>
    private protected async Task<SharedTable> ShareAsync(string name) =>
        Provider.Tables[$"sales/public/{name}"] = await SharedTable.CreateAsync(folder.Sub("remote-" + name));

    /// <summary>Has the provider share another table of orders in place of the first: with <c>vectors</c> for deleted rows, with <c>mapped</c> columns, or both.</summary>
    private protected async Task ShareOrdersAsync(string kind, KnownFormats formats = KnownFormats.Delta, IReadOnlyList<string>? partitionColumns = null)
    {
        Provider.Formats = formats;
        List<(string, string)> properties = [];
        if (kind.StartsWith("mapped", StringComparison.Ordinal))
            properties.Add(("delta.columnMapping.mode", "name"));
        if (kind.EndsWith("vectors", StringComparison.Ordinal))
            properties.Add(("delta.enableDeletionVectors", "true"));
        Provider.Tables["sales/public/orders"] = Orders = await SharedTable.CreateAsync(
            folder.Sub(kind.Replace(' ', '-')),
            partitionColumns: partitionColumns,
            properties: [.. properties]
        );
    }

    /// <summary>Sets a property of the table of orders.</summary>
    private protected Task SetPropertyAsync(string name, string value) =>
        new TableEvolution(Orders.Table).SetPropertiesAsync(
            new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value },
            TestContext.Current.CancellationToken
        );

    private protected async Task ShouldBeSameRowsAsync() => (await DeltaTables.RowsAsync(Copy)).ShouldBe(await DeltaTables.RowsAsync(Orders.Folder));

    private protected async Task ShouldBeSameFilesAsync() => (await DeltaTables.FilesAsync(Copy)).ShouldBe(await DeltaTables.FilesAsync(Orders.Folder));
}
