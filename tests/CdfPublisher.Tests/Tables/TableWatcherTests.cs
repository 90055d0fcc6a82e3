using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Tables;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Hosting.Database;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Tables;

/// <summary>The service as it runs: everything in the background, on a real clock.</summary>
public sealed class TableWatcherTests : IAsyncLifetime
{
    private readonly TempFolder storage = new();
    private readonly ShareEvents share = new();
    private readonly KnownTokens tokens = new();
    private readonly HangingLog hanging = new();
    private TestDatabase database = null!;
    private PublisherHost host = null!;
    private PartnerEndpoint partner = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DatabaseEngine.Sqlite);
        partner = await PartnerEndpoint.StartAsync();
        tokens.AddRecipient(share.Token, share.RecipientId, share.RecipientName);
        host = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await partner.DisposeAsync();
        database.Dispose();
        storage.Dispose();
    }

    [Fact]
    public async Task A_new_commit_reaches_the_partner_by_itself()
    {
        var table = new DeltaFolder(storage.Path, "orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await share.GrantAsync(host, 2);
        await SubscribeAsync();
        await Eventually.Async(async () => await LastVersionAsync(table) == 0);

        table.Append(1);

        await Eventually.Async(() => partner.Notices.Any(notice => notice.Versions.To == 1));
    }

    [Fact]
    public async Task Tables_that_cannot_be_read_keep_no_other_waiting()
    {
        var good = new DeltaFolder(storage.Path, "good").Create();
        var broken = new DeltaFolder(storage.Path, "broken").WriteCommit(0, "{\"protocol\":");
        var stuck = new DeltaFolder(storage.Path, "stuck").Create();
        hanging.Locations.Add(stuck.Location);
        await share.CreateAsync(
            host,
            1,
            ShareEvents.TableAt(broken.Location, "broken"),
            ShareEvents.TableAt(stuck.Location, "stuck"),
            ShareEvents.TableAt(new Uri(Path.Combine(storage.Path, "missing")).AbsoluteUri, "missing"),
            ShareEvents.TableAt("file:///outside/of/every/root", "outside"),
            ShareEvents.TableAt(good.Location, "good")
        );

        for (var version = 1; version <= 3; version++)
        {
            good.Append(version);
            await Eventually.Async(async () => await LastVersionAsync(good) == version);
        }

        await Eventually.Async(async () =>
            (await host.Tables.ListAsync(TestContext.Current.CancellationToken)).Count(table => table.LastError is not null) >= 3
        );
        broken.Create();
        await Eventually.Async(async () => await LastVersionAsync(broken) == 0);
    }

    [Fact]
    public async Task After_a_restart_what_was_committed_meanwhile_is_announced_once()
    {
        var table = new DeltaFolder(storage.Path, "orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await share.GrantAsync(host, 2);
        await SubscribeAsync();
        await Eventually.Async(async () => await LastVersionAsync(table) == 0);
        await host.DisposeAsync();
        table.Append(1).Append(2);

        host = await StartAsync();
        await Eventually.Async(() => partner.Notices.Any(notice => notice.Versions.To == 2));
        table.Append(3);
        await Eventually.Async(() => partner.Notices.Any(notice => notice.Versions.To == 3));

        var told = partner.Notices.Select(notice => notice.Versions).Where(versions => versions.To > 0).ToList();
        told.ShouldBe([(1, 2), (3, 3)]);
    }

    private Task<PublisherHost> StartAsync() =>
        PublisherHost.StartAsync(
            database,
            storage.Path,
            tokens,
            background: true,
            configure: services =>
            {
                services.AddSingleton<DeltaTableLog>();
                services.AddSingleton<ITableLog>(provider => hanging.Around(provider.GetRequiredService<DeltaTableLog>()));
            },
            settings:
            [
                "--CdfPublisher:PollInterval=00:00:00.050",
                "--CdfPublisher:LeaseRenewal=00:00:00.200",
                "--CdfPublisher:LeaseDuration=00:00:02",
                "--CdfPublisher:Parallelism=2",
                "--CdfPublisher:LookTimeout=00:00:02",
                "--CdfPublisher:MaxErrorDelay=00:00:00.500",
                "--CdfPublisher:Delivery:PollInterval=00:00:00.100",
            ]
        );

    private async Task SubscribeAsync()
    {
        using var body = System.Net.Http.Json.JsonContent.Create(new { endpoint = partner.Url, share = "sales" });
        (await host.ClientOf(share.Token).PostAsync("/api/tideway/v1/subscriptions", body)).EnsureSuccessStatusCode();
    }

    private async Task<long?> LastVersionAsync(DeltaFolder table) =>
        (await host.Tables.FindAsync(table.Location, TestContext.Current.CancellationToken))?.LastVersion;

    /// <summary>Storage that does not answer for some tables.</summary>
    private sealed class HangingLog
    {
        public ConcurrentBag<string> Locations { get; } = [];

        public ITableLog Around(ITableLog inner) => new Log(this, inner);

        private async Task WaitAsync(string location, CancellationToken cancellationToken)
        {
            if (Locations.Contains(location))
                await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        private sealed class Log(HangingLog owner, ITableLog inner) : ITableLog
        {
            public async Task<TableHead?> ReadHeadAsync(string location, CancellationToken cancellationToken)
            {
                await owner.WaitAsync(location, cancellationToken);
                return await inner.ReadHeadAsync(location, cancellationToken);
            }

            public async Task<string?> FindCommitAsync(string location, long version, CancellationToken cancellationToken)
            {
                await owner.WaitAsync(location, cancellationToken);
                return await inner.FindCommitAsync(location, version, cancellationToken);
            }

            public Task<long?> FindEarliestCommitAsync(string location, CancellationToken cancellationToken) =>
                inner.FindEarliestCommitAsync(location, cancellationToken);

            public IAsyncEnumerable<CommittedVersion> ReadCommitsAsync(string location, long from, CancellationToken cancellationToken) =>
                inner.ReadCommitsAsync(location, from, cancellationToken);
        }
    }
}
