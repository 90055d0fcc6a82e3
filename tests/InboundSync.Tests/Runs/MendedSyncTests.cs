using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Runs;

/// <summary>A sync whose last run failed, and that turns out to hold the newest version all the same.</summary>
public sealed class MendedSyncTests : SyncFixture
{
    [Fact]
    public async Task A_retry_that_finds_nothing_new_is_a_run_that_succeeded()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        Provider.Fault = async context =>
        {
            await FakeProvider.RefuseAsync(context, 500, "INTERNAL_ERROR", "The disk of the provider fails.");
            return true;
        };
        (await Host.RunAsync())["state"]!.GetValue<string>().ShouldBe("failed");

        Provider.Fault = null;
        var run = await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");

        run["trigger"]!.GetValue<string>().ShouldBe("recovery");
        run["reason"].ShouldBeNull();
        (run["from_version"]!.GetValue<long>(), run["to_version"]!.GetValue<long>()).ShouldBe((1, 1));
        var sync = await Host.GetAsync($"{InboundHost.Syncs}/orders");
        (sync["status"]!.GetValue<string>(), sync["failures"]!.GetValue<int>()).ShouldBe(("current", 0));
        var told = (await Host.Events.WaitForAsync<SyncCompleted>(2))[1];
        (told.RunId, told.FromVersion, told.ToVersion, told.Files).ShouldBe((run["run_id"]!.GetValue<Guid>(), 1, 1, 0));
        told.OccurredAt.ShouldBeGreaterThan((await Host.Events.WaitForAsync<SyncFailed>()).Max(failed => failed.OccurredAt));
    }

    [Fact]
    public async Task A_check_that_finds_nothing_new_after_the_process_ended_in_a_run_is_a_run_that_succeeded()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        await Host.ChangeAsync("UPDATE sync_run SET state = 'running', finished_at = NULL");
        await Host.ChangeAsync("UPDATE sync SET due_at = 1");

        await RestartAsync();

        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");
        var runs = (await Host.GetAsync($"{InboundHost.Syncs}/orders/runs"))["runs"]!.AsArray();
        runs.Select(run => run!["state"]!.GetValue<string>()).ShouldBe(["succeeded", "failed"]);
    }

    [Fact]
    public async Task A_check_that_finds_nothing_new_after_a_run_that_succeeded_is_none()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        var before = (await Host.GetAsync($"{InboundHost.Syncs}/orders"))["synced_at"]!.GetValue<long>();

        await Host.ChangeAsync("UPDATE sync SET due_at = 1");

        await Eventually.Async(
            async () => (await Host.GetAsync($"{InboundHost.Syncs}/orders"))["synced_at"]!.GetValue<long>() > before,
            because: "the end of the check"
        );
        (await Host.CountAsync("sync_run")).ShouldBe(1);
        (await Host.Events.WaitForAsync<SyncCompleted>()).ShouldHaveSingleItem();
    }
}
