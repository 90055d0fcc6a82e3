using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Runs;

/// <summary>A remote table that is written anew with other partition columns.</summary>
public sealed class RepartitionedTableTests : SyncFixture
{
    [Theory]
    [InlineData("mirror", nameof(KnownFormats.Parquet))]
    [InlineData("mirror", nameof(KnownFormats.Delta))]
    [InlineData("merge", nameof(KnownFormats.Parquet))]
    [InlineData("merge", nameof(KnownFormats.Delta))]
    public async Task It_is_taken_with_its_new_partition_columns_and_followed_from_there(string mode, string formats)
    {
        Provider.Formats = Enum.Parse<KnownFormats>(formats);
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200, "globex");
        await Host.AddSyncAsync(mode: mode);
        await RepartitionAsync(["customer"]);

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        await ShouldBePartitionedAsync(["customer"]);
        await Orders.AppendOrdersAsync(201, 300, "initech");
        await Orders.DeleteAsync("id % 10 = 0");
        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBePartitionedAsync(["customer"]);

        await RepartitionAsync(["amount", "customer"]);
        await Orders.DeleteAsync("id > 20");
        await Host.SyncAsync();
        await ShouldBePartitionedAsync(["amount", "customer"]);

        await RepartitionAsync([]);
        await Orders.AppendOrdersAsync(301, 310);
        await Host.SyncAsync();
        await ShouldBePartitionedAsync([]);
    }

    private async Task RepartitionAsync(IReadOnlyList<string> columns)
    {
        var snapshot = await DeltaTables.SnapshotAsync(Orders.Folder);
        var rows = await new DeltaLog.Reading.TableReader(Orders.Table.Store).ScanSqlAsync(snapshot, cancellationToken: TestContext.Current.CancellationToken);
        await Orders.OverwriteAsync(rows, snapshot.Metadata with { PartitionColumns = columns });
    }

    private async Task ShouldBePartitionedAsync(IReadOnlyList<string> columns)
    {
        (await DeltaTables.SnapshotAsync(Copy)).PartitionColumns.ShouldBe(columns);
        await ShouldBeSameRowsAsync();
    }
}
