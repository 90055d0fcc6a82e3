using Tideway.Contracts.InboundSync;
using Tideway.DeltaLog.Commit;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Merge;

public sealed class MergeCrashTests : SyncFixture
{
    private protected override string[] Settings => ["--InboundSync:VersionsPerMerge=2"];

    [Fact]
    public async Task A_crash_between_the_creation_and_the_first_rows_is_made_good()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync(mode: "merge");
        // As if the process had ended after version 0 and before anything was recorded.
        File.Delete(Path.Combine(Copy, "_delta_log", "00000000000000000001.json"));
        await Host.ChangeAsync("UPDATE sync SET remote_version = NULL");
        (await DeltaTables.SnapshotAsync(Copy)).Transactions.Values.ShouldBe([-1]);

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task What_was_committed_before_the_crash_is_not_applied_twice()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync(mode: "merge");
        await Orders.UpdateAsync("amount", "amount + 1", "id = 1");
        await Orders.AppendOrdersAsync(11, 12);
        await Host.SyncAsync();
        await Host.Events.WaitForAsync<SyncCompleted>(2);
        var version = (await DeltaTables.SnapshotAsync(Copy)).Version;
        await Host.ChangeAsync("UPDATE sync SET remote_version = 1");

        await RestartAsync();
        await Host.SyncAsync();

        (await DeltaTables.SnapshotAsync(Copy)).Version.ShouldBe(version);
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Many_versions_are_merged_range_by_range_and_a_failure_keeps_what_was_merged()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync(mode: "merge");
        for (var version = 2; version <= 6; version++)
            await Orders.AppendOrdersAsync(version * 10, (version * 10) + 4);
        Provider.Fault = async context =>
        {
            if (context.Request.Query["startingVersion"] != "4")
                return false;
            await FakeProvider.RefuseAsync(context, 500, "INTERNAL_ERROR", "Not now.");
            return true;
        };
        (await Host.RunAsync())["state"]!.GetValue<string>().ShouldBe("failed");
        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(20);

        Provider.Fault = null;
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");

        await ShouldBeSameRowsAsync();
        (await Host.Events.WaitForAsync<SyncCompleted>(2))[1].FromVersion.ShouldBe(1);
        var history = DeltaTables.Open(Copy).HistoryAsync(TestContext.Current.CancellationToken);
        var merges = await history.CountAsync(commit => commit.Info!.Operation == "MERGE", TestContext.Current.CancellationToken);
        merges.ShouldBe(3);
    }

    [Fact]
    public async Task A_writer_that_comes_between_does_not_break_the_checkpoint()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync(mode: "merge");
        var table = DeltaTables.Open(Copy);
        var snapshot = await table.LoadAsync(cancellationToken: TestContext.Current.CancellationToken);
        DeltaTransaction foreign = table.BeginTransaction(snapshot);
        foreign.SetTransaction("somebody-else", 7);
        await foreign.CommitAsync(TestContext.Current.CancellationToken);
        await Orders.AppendOrdersAsync(11, 12);

        await Host.SyncAsync();

        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Transactions["somebody-else"].ShouldBe(7);
    }

    [Fact]
    public async Task Addresses_that_end_in_the_middle_of_a_first_merge_are_asked_for_again()
    {
        for (var file = 0; file < 7; file++)
            await Orders.AppendOrdersAsync(file * 100, (file * 100) + 99);
        Provider.DownloadsPerList = 3;

        var run = await Host.AddSyncAsync(mode: "merge");

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        await ShouldBeSameRowsAsync();
        (await Host.Events.WaitForAsync<SyncCompleted>()).Single().Files.ShouldBe(7);
        await Eventually.Async(() => !Directory.EnumerateFiles(Path.Combine(Folder.Path, "staging"), "*.parquet", SearchOption.AllDirectories).Any());
    }
}
