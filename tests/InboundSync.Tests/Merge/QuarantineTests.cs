using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Merge;

public sealed class QuarantineTests : SyncFixture
{
    [Fact]
    public async Task A_first_snapshot_with_doubled_keys_is_set_aside_with_the_reason()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Orders.AppendOrdersAsync(5, 6, "twice");

        var run = await Host.AddSyncAsync(mode: "merge");

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldBe("2 rows of version 2 share their key id with another.");
        var batch = (await Host.GetAsync($"{InboundHost.Syncs}/orders/quarantine"))["batches"]!.AsArray().Single()!;
        batch["row_count"]!.GetValue<long>().ShouldBe(2);
        batch["to_version"]!.GetValue<long>().ShouldBe(2);
        var told = (await Host.Events.WaitForAsync<RowsQuarantined>()).Single();
        (told.FromVersion, told.ToVersion, told.Rows).ShouldBe((2, 2, 2));
        await Host.Events.WaitForAsync<SyncFailed>();
        (await Host.GetAsync($"{InboundHost.Syncs}/orders"))["status"]!.GetValue<string>().ShouldBe("failing");
    }

    [Fact]
    public async Task The_same_version_is_set_aside_once_and_the_next_good_one_is_taken()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync(mode: "merge");
        await Orders.AppendOrdersAsync(5, 6, "twice");
        (await Host.RunAsync())["state"]!.GetValue<string>().ShouldBe("failed");
        await Host.Events.WaitForAsync<RowsQuarantined>();
        var asked = Provider.Requests.Count;

        // The timer comes and finds the same version.
        await Host.ChangeAsync("UPDATE sync SET due_at = 1");
        await Eventually.Async(() => Provider.Requests.Count > asked, because: "a look at the table");
        await Eventually.Async(async () => await Host.CountAsync("sync WHERE lease_owner IS NOT NULL OR due_at = 1") == 0);
        Provider.Requests.Count.ShouldBe(asked + 1);
        (await Host.CountAsync("quarantine")).ShouldBe(1);
        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(10);

        await Orders.DeleteAsync("customer = 'twice'");
        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameRowsAsync();
        (await Host.GetAsync($"{InboundHost.Syncs}/orders"))["status"]!.GetValue<string>().ShouldBe("current");
        Host.Events.Of<RowsQuarantined>().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_table_that_was_made_anew_is_looked_at_though_it_reached_the_version_that_was_set_aside(bool isHeld)
    {
        if (isHeld)
        {
            await Orders.AppendOrdersAsync(1, 10);
            await Host.AddSyncAsync(mode: "merge");
            await Orders.AppendOrdersAsync(5, 6, "twice");
            await Host.RunAsync();
        }
        else
        {
            await Orders.AppendOrdersAsync(1, 10);
            await Orders.AppendOrdersAsync(5, 6, "twice");
            await Host.AddSyncAsync(mode: "merge");
        }

        await MakeAnewAsync("doubled again", 12);
        await Eventually.Async(async () => await Host.CountAsync("quarantine") == 2, because: "the other table, set aside");
        await MakeAnewAsync("good", 21);

        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Changed_rows_without_a_key_are_set_aside_and_other_syncs_go_on()
    {
        var other = await ShareAsync("other");
        await Orders.AppendOrdersAsync(1, 10);
        await other.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync(mode: "merge");
        await Host.AddSyncAsync("other", "merge", table: "other");
        await Orders.AppendAsync("SELECT NULL::BIGINT AS id, 'nobody' AS customer, 1::DECIMAL(10,2) AS amount");
        await other.AppendOrdersAsync(11, 20);

        var run = await Host.RunAsync();

        run["reason"]!.GetValue<string>().ShouldBe("1 rows of version 2 lack a value in the key id.");
        await Host.SyncAsync("other");
        (await DeltaTables.RowsAsync(Host.Target("other"))).Count.ShouldBe(20);
        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(10);
    }

    [Fact]
    public async Task Rows_that_are_doubled_for_a_while_and_right_in_the_end_are_taken()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync(mode: "merge");
        await Orders.AppendAsync($"{SharedTable.OrdersSql(20, 20, "one")} UNION ALL {SharedTable.OrdersSql(20, 20, "two")}");
        await Orders.DeleteAsync("customer = 'one'");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameRowsAsync();
        (await Host.Events.WaitForAsync<SyncGapDetected>()).Single().Reason.ShouldContain("share their key");
        Host.Events.Of<RowsQuarantined>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_column_that_is_not_there_is_a_clear_failure()
    {
        await Orders.AppendOrdersAsync(1, 10);

        var run = await Host.AddSyncAsync(mode: "merge", keys: ["order_no"], validate: false);

        run["reason"]!.GetValue<string>().ShouldBe("The remote table has no column order_no, which the sync has as a key; it has id, customer, amount.");
        Provider.Downloads.ShouldBeEmpty();
        Host.Events.Of<RowsQuarantined>().ShouldBeEmpty();
    }

    /// <summary>Another table at the same version, whose rows up to 20 are doubled from <paramref name="doubledFrom"/> on, and the timer that comes.</summary>
    private async Task MakeAnewAsync(string folder, long doubledFrom)
    {
        await Orders.RecreateAsync(Folder.Sub(folder));
        await Orders.AppendOrdersAsync(1, 20);
        await Orders.AppendOrdersAsync(doubledFrom, 30);
        (await Orders.VersionAsync()).ShouldBe(2);
        await Host.ChangeAsync("UPDATE sync SET due_at = 1");
    }
}
