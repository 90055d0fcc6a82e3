using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Tables;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Tables;

/// <summary>A share, tables in a folder, and the service that watches them.</summary>
public abstract class WatchScene(DatabaseEngine engine) : IAsyncLifetime
{
    private protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private protected readonly TempFolder storage = new();
    private protected readonly ShareEvents share = new();
    private protected readonly ManualTimeProvider time = new();
    private protected TestDatabase database = null!;
    private protected PublisherHost host = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(engine);
        host = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        database?.Dispose();
        storage.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static Task WriteCheckpointAsync(DeltaFolder table, long version) =>
        new DeltaLog.DeltaTable(new ObjectStorage.Local.LocalObjectStore(table.Path), TimeProvider.System).WriteCheckpointAsync(
            version,
            TestContext.Current.CancellationToken
        );

    private protected Task<PublisherHost> StartAsync(params string[] settings) =>
        PublisherHost.StartAsync(
            database,
            storage.Path,
            time: time,
            configure: services =>
            {
                services.AddSingleton<DeltaTableLog>();
                services.AddSingleton(provider => new FaultyLog(provider.GetRequiredService<DeltaTableLog>()));
                services.AddSingleton<ITableLog>(provider => provider.GetRequiredService<FaultyLog>());
            },
            settings: settings
        );

    private protected async Task RestartAsync()
    {
        await host.DisposeAsync();
        host = await StartAsync();
    }

    private protected T Services<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    private protected DeltaFolder NewTable(string name) => new(storage.Path, name);

    private protected string LocationOf(string name) => new Uri(Path.Combine(storage.Path, name)).AbsoluteUri;

    private protected async Task<IReadOnlyList<string>> RenewAsync(string replica) =>
        [.. (await host.Tables.RenewAsync(replica, Lease, TestContext.Current.CancellationToken)).Select(table => table.StorageLocation)];

    private protected async Task<IEnumerable<long>> CommittedAsync() => (await host.PublishedAsync<TableVersionCommitted>()).Select(commit => commit.Version);

    private protected async Task<IReadOnlyList<(long From, long To)>> ChangesAsync() =>
        [.. (await host.PublishedAsync<TableChangesPublished>()).Select(change => (change.FromVersion, change.ToVersion))];

    private protected async Task<WatchedTable> TableAsync() => (await host.Tables.ListAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem();

    private protected async Task ExecuteAsync(string sql)
    {
        await using var transaction = await host.Database.BeginAsync(TestContext.Current.CancellationToken);
        await transaction.ExecuteAsync(sql, null, TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }
}
