using System.Data.Common;
using Tideway.CdfPublisher.Tables;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Tests.Tables;

public sealed class SqliteWatchTests() : WatchContract(DatabaseEngine.Sqlite);

[Trait("Needs", "Servers")]
public sealed class PostgreSqlWatchTests() : WatchContract(DatabaseEngine.PostgreSql);

/// <summary>What holds of announcements whichever database keeps them: once each, whatever fails and whoever watches.</summary>
public abstract class WatchContract(DatabaseEngine engine) : WatchScene(engine)
{
    [Fact]
    public async Task A_table_that_is_new_to_a_share_is_announced_with_its_latest_version()
    {
        var table = NewTable("orders").Create().Append(1).Append(2);
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));

        await host.CatchUpAsync();
        await host.CatchUpAsync();

        (await CommittedAsync()).ShouldBe([2]);
        var changes = (await host.PublishedAsync<TableChangesPublished>()).ShouldHaveSingleItem();
        (changes.FromVersion, changes.ToVersion, changes.ChangeFeedAvailable).ShouldBe((2, 2, true));
        (changes.ShareName, changes.Schema, changes.Name).ShouldBe(("sales", "public", "orders"));
    }

    [Fact]
    public async Task Every_new_version_is_announced_once()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();

        table.Append(1);
        await host.CatchUpAsync(verify: false);
        table.Append(2).Append(3);
        await host.CatchUpAsync(verify: false);
        await host.CatchUpAsync(verify: false);

        (await CommittedAsync()).ShouldBe([0, 1, 2, 3]);
        (await ChangesAsync()).ShouldBe([(0, 0), (1, 1), (2, 3)]);
    }

    [Fact]
    public async Task A_failure_or_restart_at_any_step_neither_skips_nor_repeats_a_version()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        var version = 0;
        for (var failAt = 1; ; failAt++)
        {
            table.Append(++version).Append(++version).Append(++version);
            await RestartAsync();
            var log = Services<FaultyLog>();
            log.FailAt = failAt;
            try
            {
                await host.CatchUpAsync();
            }
            catch (TableUnreadableException)
            {
                // As a process that ended there.
            }

            var failed = log.Calls >= failAt;
            await RestartAsync();
            await host.CatchUpAsync();
            (await CommittedAsync()).ShouldBe(Enumerable.Range(0, version + 1).Select(v => (long)v), $"after a failure at call {failAt}");
            if (!failed)
                break;
        }

        version.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task Nothing_is_announced_where_the_database_fails_at_the_commit()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        table.Append(1);
        await ExecuteAsync("ALTER TABLE outbox_message RENAME TO outbox_message_away");

        await Should.ThrowAsync<DbException>(() => host.CatchUpAsync());
        await ExecuteAsync("ALTER TABLE outbox_message_away RENAME TO outbox_message");

        (await CommittedAsync()).ShouldBe([0]);
        await host.CatchUpAsync();
        (await CommittedAsync()).ShouldBe([0, 1]);
    }

    [Fact]
    public async Task Two_replicas_that_see_a_version_at_once_announce_it_once()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        await using var other = await StartAsync();
        for (var version = 1; version <= 10; version++)
        {
            table.Append(version);
            await Task.WhenAll(host.CatchUpAsync(), other.CatchUpAsync());
        }

        (await CommittedAsync()).ShouldBe(Enumerable.Range(0, 11).Select(v => (long)v));
        (await ChangesAsync()).Count.ShouldBe(11);
    }

    [Fact]
    public async Task Replicas_divide_the_tables_and_take_over_from_one_that_went_silent()
    {
        for (var i = 0; i < 5; i++)
            NewTable($"t{i}");
        await share.CreateAsync(host, 1, [.. Enumerable.Range(0, 5).Select(i => ShareEvents.TableAt(LocationOf($"t{i}"), $"t{i}"))]);

        (await RenewAsync("a")).Count.ShouldBe(5);
        (await RenewAsync("b")).ShouldBeEmpty();
        var ofA = await RenewAsync("a");
        var ofB = await RenewAsync("b");
        ofA.Count.ShouldBe(3);
        ofB.Count.ShouldBe(2);
        ofA.Concat(ofB).Distinct().Count().ShouldBe(5);

        time.Advance(Lease + TimeSpan.FromSeconds(1));
        (await RenewAsync("b")).Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_replica_that_stops_leaves_its_tables_to_the_others()
    {
        await share.CreateAsync(host, 1, ShareEvents.TableAt(LocationOf("t")));
        (await RenewAsync("a")).Count.ShouldBe(1);

        await host.Tables.ReleaseAsync("a", TestContext.Current.CancellationToken);

        (await RenewAsync("b")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_second_share_hears_of_the_latest_version_and_from_then_on_of_all()
    {
        var table = NewTable("orders").Create();
        var second = new ShareEvents { ShareName = "marketing" };
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        await second.CreateAsync(host, 1, ShareEvents.TableAt(table.Location, "renamed"));
        await host.CatchUpAsync(verify: false);
        table.Append(1);
        await host.CatchUpAsync(verify: false);

        (await CommittedAsync()).ShouldBe([0, 1]);
        var changes = await host.PublishedAsync<TableChangesPublished>();
        changes.Where(change => change.ShareName == "sales").Select(change => (change.FromVersion, change.ToVersion)).ShouldBe([(0, 0), (1, 1)]);
        changes.Where(change => change.ShareName == "marketing").Select(change => (change.FromVersion, change.ToVersion)).ShouldBe([(0, 0), (1, 1)]);
    }

    [Fact]
    public async Task Versions_before_the_first_shared_one_are_not_told()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location, startVersion: 3));
        await host.CatchUpAsync();
        for (var version = 1; version <= 4; version++)
            table.Append(version);
        await host.CatchUpAsync();

        (await ChangesAsync()).ShouldBe([(3, 4)]);
    }

    [Fact]
    public async Task A_table_that_is_no_longer_shared_is_not_watched()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        (await RenewAsync("a")).Count.ShouldBe(1);

        await share.UpdateAsync(host, 2);

        (await RenewAsync("a")).ShouldBeEmpty();
        (await host.Tables.ListAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }
}
