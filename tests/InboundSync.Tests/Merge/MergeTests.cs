using Tideway.Contracts.InboundSync;
using Tideway.DeltaLog.Schema;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Merge;

public sealed class MergeTests : SyncFixture
{
    [Fact]
    public async Task The_first_run_takes_all_rows_into_files_of_its_own()
    {
        await Orders.AppendOrdersAsync(1, 1000);
        await Orders.AppendOrdersAsync(1001, 2000);

        var run = await AddAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        run["rows_inserted"]!.GetValue<long>().ShouldBe(2000);
        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameRowsAsync();
        var copy = await DeltaTables.SnapshotAsync(Copy);
        copy.FileCount.ShouldBe(1);
        copy.HasChangeDataFeed.ShouldBeTrue();
    }

    [Fact]
    public async Task Rows_inserted_updated_and_deleted_are_merged()
    {
        await Orders.AppendOrdersAsync(1, 100);
        await AddAsync();
        await Orders.AppendOrdersAsync(101, 110);
        await Orders.UpdateAsync("customer", "'globex'", "id BETWEEN 5 AND 9");
        await Orders.DeleteAsync("id % 50 = 0");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        (Long(run, "rows_inserted"), Long(run, "rows_updated"), Long(run, "rows_deleted")).ShouldBe((10, 5, 2));
        (Long(run, "from_version"), Long(run, "to_version")).ShouldBe((1, 4));
        await ShouldBeSameRowsAsync();
        // Three versions there, one here.
        (await DeltaTables.SnapshotAsync(Copy)).Version.ShouldBe(2);
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(Folder.Path, "staging"), "*.parquet", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_changes_leaves_nothing_behind()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await AddAsync();
        await Orders.UpdateAsync("id", "id + 100", "id <= 3");

        await Host.SyncAsync();

        await ShouldBeSameRowsAsync();
        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(10);
    }

    [Fact]
    public async Task Keys_that_are_swapped_within_a_version_are_swapped_here()
    {
        await Orders.AppendOrdersAsync(1, 2, "one");
        await Orders.UpdateAsync("customer", "'two'", "id = 2");
        await AddAsync();
        await Orders.UpdateAsync("id", "3 - id", "true");

        await Host.SyncAsync();

        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Rows_deleted_and_inserted_again_over_several_versions_end_as_they_are()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await AddAsync();
        await Orders.DeleteAsync("id <= 5");
        await Orders.AppendOrdersAsync(1, 3, "again");
        await Orders.UpdateAsync("customer", "'and again'", "id = 2");
        await Orders.DeleteAsync("id = 3");
        await Orders.AppendOrdersAsync(50, 52);
        await Orders.DeleteAsync("id = 51");

        var run = await Host.SyncAsync();

        await ShouldBeSameRowsAsync();
        Long(run, "to_version").ShouldBe(7);
        (await DeltaTables.SnapshotAsync(Copy)).Version.ShouldBe(2);
    }

    [Fact]
    public async Task An_overwrite_is_merged()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await AddAsync();
        await Orders.OverwriteAsync(SharedTable.OrdersSql(8, 12, "other"));

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task A_rewrite_without_changes_moves_only_the_checkpoint()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await AddAsync();
        var files = (await DeltaTables.SnapshotAsync(Copy)).Files.Select(file => file.Path).ToList();
        await Orders.OptimizeAsync();

        var run = await Host.SyncAsync();

        Long(run, "to_version").ShouldBe(2);
        (await DeltaTables.SnapshotAsync(Copy)).Files.Select(file => file.Path).ShouldBe(files);
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Without_a_change_feed_the_whole_table_is_replaced_at_each_version()
    {
        Provider.Tables["sales/public/orders"] = Orders = await SharedTable.CreateAsync(Folder.Sub("without-feed"), changeFeed: false);
        Orders.ChangesShared = false;
        await Orders.AppendOrdersAsync(1, 10);
        await AddAsync();
        await Orders.DeleteAsync("id > 5");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        (Long(run, "rows_inserted"), Long(run, "rows_deleted")).ShouldBe((5, 10));
        await ShouldBeSameRowsAsync();
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Changes_that_are_gone_are_a_gap_and_the_whole_table_is_taken()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await AddAsync();
        await Orders.AppendOrdersAsync(11, 20);
        await Orders.AppendOrdersAsync(21, 30);
        await Orders.Table.WriteCheckpointAsync(3, TestContext.Current.CancellationToken);
        foreach (var version in new[] { 0, 1, 2 })
            File.Delete(Path.Combine(Orders.Folder, "_delta_log", $"{version:D20}.json"));

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameRowsAsync();
        var gap = (await Host.Events.WaitForAsync<SyncGapDetected>()).Single();
        (gap.FromVersion, gap.ToVersion).ShouldBe((1, 3));
        gap.Reason.ShouldContain("change data was not recorded");
    }

    [Fact]
    public async Task A_change_file_that_is_gone_is_a_gap()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await AddAsync();
        await Orders.UpdateAsync("customer", "'x'", "id = 1");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Orders.Folder, "_change_data"), "*.parquet", SearchOption.AllDirectories))
            File.Delete(file);

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameRowsAsync();
        await Host.Events.WaitForAsync<SyncGapDetected>();
    }

    [Fact]
    public async Task A_new_column_replaces_the_table_with_its_schema()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await AddAsync();
        await Orders.AddColumnAsync("seen", new PrimitiveType(PrimitiveKind.TimestampNtz));
        await Orders.AppendAsync("SELECT 11::BIGINT AS id, 'x' AS customer, 1.5::DECIMAL(10,2) AS amount, TIMESTAMP '2026-01-02 03:04:05' AS seen");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameRowsAsync();
        (await Host.Events.WaitForAsync<SyncGapDetected>()).Single().Reason.ShouldContain("schema changed");
        await Orders.UpdateAsync("seen", "TIMESTAMP '2027-01-01 00:00:00'", "id = 1");
        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task A_table_made_anew_with_lower_versions_replaces_the_old_one()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Orders.AppendOrdersAsync(11, 20);
        await Orders.AppendOrdersAsync(21, 30);
        await AddAsync();
        await Orders.RecreateAsync(Folder.Sub("again"));
        await Orders.AppendOrdersAsync(100, 101);

        var run = await Host.SyncAsync();

        Long(run, "to_version").ShouldBe(1);
        await ShouldBeSameRowsAsync();
        await Orders.AppendOrdersAsync(102, 103);
        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task An_empty_table_is_taken_and_followed()
    {
        var run = await AddAsync();
        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        (await DeltaTables.RowsAsync(Copy)).ShouldBeEmpty();

        await Orders.AppendOrdersAsync(1, 3);
        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameRowsAsync();

        await Orders.DeleteAsync("true");
        await Host.SyncAsync();
        (await DeltaTables.RowsAsync(Copy)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Partitioned_tables_with_keys_of_several_columns_are_merged()
    {
        Provider.Tables["sales/public/orders"] = Orders = await SharedTable.CreateAsync(Folder.Sub("partitioned"), partitionColumns: ["customer"]);
        await Orders.AppendAsync(
            "SELECT i AS id, c AS customer, 1.5::DECIMAL(10,2) AS amount FROM range(1, 21) r(i), (VALUES ('a/b=c'), ('Zürich \U0001F30A')) t(c)"
        );
        await Host.AddSyncAsync(mode: "merge", keys: ["ID", "customer"]);
        await Orders.UpdateAsync("amount", "99.5", "id < 5 AND customer LIKE 'Z%'");
        await Orders.UpdateAsync("customer", "'moved'", "id = 7");
        await Orders.DeleteAsync("id = 9");

        var run = await Host.RunAsync();

        // Both rows of id 7 moved to one key: they cannot be told apart any more.
        run["state"]!.GetValue<string>().ShouldBe("failed");
        await Orders.DeleteAsync("customer = 'moved'");
        await Host.SyncAsync();
        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).PartitionColumns.ShouldBe(["customer"]);
    }

    private Task<System.Text.Json.Nodes.JsonNode> AddAsync() => Host.AddSyncAsync(mode: "merge");

    private static long Long(System.Text.Json.Nodes.JsonNode run, string name) => run[name]!.GetValue<long>();
}
