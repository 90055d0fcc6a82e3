using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Tests.Shares;

public sealed class SqliteShareReadModelTests() : ShareReadModelContract(DatabaseEngine.Sqlite);

[Trait("Needs", "Servers")]
public sealed class PostgreSqlShareReadModelTests() : ShareReadModelContract(DatabaseEngine.PostgreSql);

/// <summary>What holds of shares and grants as they are heard of, whichever database keeps them.</summary>
public abstract class ShareReadModelContract(DatabaseEngine engine) : IAsyncLifetime
{
    private readonly TempFolder storage = new();
    private readonly ShareEvents share = new();
    private TestDatabase database = null!;
    private PublisherHost host = null!;

    private ShareStore Shares => host.Services.GetRequiredService<ShareStore>();

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(engine);
        host = await PublisherHost.StartAsync(database, storage.Path);
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        database?.Dispose();
        storage.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_granted_table_is_found_by_its_names_in_any_case()
    {
        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/orders"));
        await share.GrantAsync(host, 2);

        var table = await Shares.FindGrantedTableAsync(share.RecipientId, "SALES", "Public", "ORDERS", TestContext.Current.CancellationToken);

        table.ShouldNotBeNull().FullName.ShouldBe("sales.public.orders");
        table.StorageLocation.ShouldBe("file:///t/orders");
        (table.HistoryShared, table.ChangeFeedShared, table.StartVersion).ShouldBe((true, true, 0));
    }

    [Fact]
    public async Task A_grant_that_comes_before_its_share_is_kept()
    {
        await share.GrantAsync(host, 2);
        (await FindAsync()).ShouldBeNull();

        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/orders"));

        (await FindAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_update_that_comes_before_the_creation_stays()
    {
        await share.GrantAsync(host, 2);
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt("file:///t/new"));
        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/old"));

        (await FindAsync()).ShouldNotBeNull().StorageLocation.ShouldBe("file:///t/new");
    }

    [Fact]
    public async Task A_revoke_that_is_overtaken_by_a_later_grant_changes_nothing()
    {
        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/orders"));
        await share.GrantAsync(host, 4);
        await share.RevokeAsync(host, 3);

        (await FindAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_revoke_ends_the_grant_also_when_the_grant_comes_late()
    {
        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/orders"));
        await share.RevokeAsync(host, 3);
        await share.GrantAsync(host, 2);

        (await FindAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_share_that_was_deleted_does_not_come_back_by_a_late_event()
    {
        await share.GrantAsync(host, 2);
        await share.DeleteAsync(host, 3);
        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/orders"));
        await share.UpdateAsync(host, 4, null, ShareEvents.TableAt("file:///t/orders"));

        (await FindAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_table_that_left_the_share_is_not_found()
    {
        var orders = ShareEvents.TableAt("file:///t/orders");
        var lines = ShareEvents.TableAt("file:///t/lines", "lines");
        await share.CreateAsync(host, 1, orders, lines);
        await share.GrantAsync(host, 2);
        await share.UpdateAsync(host, 3, null, lines);

        (await FindAsync()).ShouldBeNull();
        (await FindAsync(table: "lines")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_renamed_share_is_found_by_its_new_name_only()
    {
        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/orders"));
        await share.GrantAsync(host, 2);
        await share.UpdateAsync(host, 3, "revenue", ShareEvents.TableAt("file:///t/orders"));

        (await FindAsync()).ShouldBeNull();
        (await FindAsync("revenue")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Of_two_shares_with_one_name_the_later_change_counts()
    {
        var successor = new ShareEvents();
        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/old"));
        await share.GrantAsync(host, 2);
        await successor.CreateAsync(host, 5, ShareEvents.TableAt("file:///t/new"));
        await host.ConsumeAsync<TrackShareGrantedConsumer, Contracts.ShareRegistry.ShareGranted>(
            new Contracts.ShareRegistry.ShareGranted
            {
                ShareId = successor.ShareId,
                ShareName = successor.ShareName,
                RecipientId = share.RecipientId,
                RecipientName = share.RecipientName,
                Revision = 6,
                Actor = "test",
                OccurredAt = DateTimeOffset.UnixEpoch,
            }
        );

        (await FindAsync()).ShouldNotBeNull().StorageLocation.ShouldBe("file:///t/new");
    }

    [Fact]
    public async Task A_recipient_that_is_gone_has_no_grant_whatever_comes_later()
    {
        await share.CreateAsync(host, 1, ShareEvents.TableAt("file:///t/orders"));
        await share.DeleteRecipientAsync(host);
        await share.GrantAsync(host, 2);

        (await FindAsync()).ShouldBeNull();
        (await host.PublishedAsync<SubscriptionDeleted>()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_event_may_come_twice()
    {
        var table = ShareEvents.TableAt("file:///t/orders");
        for (var i = 0; i < 2; i++)
        {
            await share.CreateAsync(host, 1, table);
            await share.GrantAsync(host, 2);
            await share.UpdateAsync(host, 3, null, table);
        }

        (await FindAsync()).ShouldNotBeNull();
        await share.RevokeAsync(host, 4);
        await share.GrantAsync(host, 2);
        (await FindAsync()).ShouldBeNull();
    }

    private Task<GrantedTable?> FindAsync(string shareName = "sales", string table = "orders") =>
        Shares.FindGrantedTableAsync(share.RecipientId, shareName, "public", table, TestContext.Current.CancellationToken);
}
