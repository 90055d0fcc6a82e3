using Tideway.DeltaLog.Commit;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Mirror;

public sealed class MirrorRestoreTests : SyncFixture
{
    [Fact]
    public async Task Files_that_are_restored_are_still_here()
    {
        await Orders.AppendOrdersAsync(1, 100);
        var file = (await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Single();
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("true");
        await Host.SyncAsync();
        await CommitAsync(transaction => transaction.Add(file with { DataChange = true }));

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        Provider.Downloads.Count().ShouldBe(1);
        await ShouldBeSameFilesAsync();
    }

    [Fact]
    public async Task A_file_that_comes_goes_and_comes_again_between_two_runs_is_taken_once()
    {
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(101, 200);
        var file = (await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Last();
        await CommitAsync(transaction => transaction.Remove(file));
        await CommitAsync(transaction => transaction.Add(file with { DataChange = true }));

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        Provider.Downloads.Count().ShouldBe(2);
        await ShouldBeSameFilesAsync();
    }

    [Fact]
    public async Task A_file_that_is_added_again_after_an_unannounced_removal_is_not_counted_twice()
    {
        await Orders.AppendOrdersAsync(1, 100);
        var file = (await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Single();
        await Host.AddSyncAsync();
        await CommitAsync(transaction => transaction.Remove(file, dataChange: false));
        await CommitAsync(transaction => transaction.Add(file with { DataChange = true }));

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameFilesAsync();
    }

    private async Task CommitAsync(Action<DeltaTransaction> change)
    {
        var transaction = Orders.Table.BeginTransaction(await DeltaTables.SnapshotAsync(Orders.Folder));
        change(transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }
}
