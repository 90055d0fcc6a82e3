using Tideway.Contracts.InboundSync;
using Tideway.DeltaLog.Schema;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Mirror;

public sealed class MirrorTests : SyncFixture
{
    [Fact]
    public async Task The_first_run_takes_the_whole_table_with_files_of_the_same_bytes()
    {
        await Orders.AppendOrdersAsync(1, 1000);
        await Orders.AppendOrdersAsync(1001, 3000, "globex");

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        run["to_version"]!.GetValue<long>().ShouldBe(2);
        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        run["files_done"]!.GetValue<long>().ShouldBe(2);
        run["bytes_done"]!.GetValue<long>().ShouldBe(run["bytes_total"]!.GetValue<long>());
        run["request_ids"]!.AsArray().Count.ShouldBe(2);
        await ShouldBeSameFilesAsync();
        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(3000);
        var completed = (await Host.Events.WaitForAsync<SyncCompleted>()).Single();
        completed.Snapshot.ShouldBeTrue();
        completed.FromVersion.ShouldBeNull();
        completed.Files.ShouldBe(2);
        completed.RequestIds.Count.ShouldBe(2);
        Host.Events.Of<SyncStarted>().Single().Trigger.ShouldBe("request");
    }

    [Fact]
    public async Task Versions_are_repeated_one_by_one()
    {
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(101, 200);
        await Orders.DeleteAsync("id % 10 = 0");
        await Orders.UpdateAsync("customer", "'globex'", "id < 20");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        run["from_version"]!.GetValue<long>().ShouldBe(1);
        run["to_version"]!.GetValue<long>().ShouldBe(4);
        (await DeltaTables.SnapshotAsync(Copy)).Version.ShouldBe(3);
        for (var behind = 0; behind < 3; behind++)
            (await DeltaTables.FilesAsync(Copy, 3 - behind)).ShouldBe(await DeltaTables.FilesAsync(Orders.Folder, 4 - behind));
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rewrite_that_changes_no_rows_is_followed_until_its_files_matter()
    {
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Host.AddSyncAsync();
        await Orders.OptimizeAsync();

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameRowsAsync();

        await Orders.DeleteAsync("id = 7");
        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        await ShouldBeSameFilesAsync();
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_shared_history_only_the_files_that_are_new_are_taken()
    {
        Orders.HistoryShared = false;
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(101, 200);

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        run["files_total"]!.GetValue<long>().ShouldBe(1);
        Provider.Downloads.Count().ShouldBe(2);
        await ShouldBeSameFilesAsync();
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_table_made_anew_under_the_same_name_replaces_the_old_one_even_at_the_same_version()
    {
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.RecreateAsync(Folder.Sub("again"));
        await Orders.AppendOrdersAsync(500, 510);
        (await Orders.VersionAsync()).ShouldBe(1);

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameFilesAsync();
        (await Host.Events.WaitForAsync<SyncGapDetected>()).Single().Reason.ShouldContain("made anew");
    }

    [Fact]
    public async Task A_table_that_went_back_is_taken_whole()
    {
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Host.AddSyncAsync();
        File.Delete(Path.Combine(Orders.Folder, "_delta_log", "00000000000000000002.json"));

        await Host.SyncAsync();

        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(100);
        (await Host.Events.WaitForAsync<SyncGapDetected>()).Single().Reason.ShouldContain("went back from version 2 to 1");
        await Orders.AppendOrdersAsync(300, 310);
        await Host.SyncAsync();
        await ShouldBeSameFilesAsync();
    }

    [Fact]
    public async Task History_that_is_gone_is_a_gap_and_the_difference_is_taken()
    {
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(101, 200);
        await Orders.AppendOrdersAsync(201, 300);
        await Orders.Table.WriteCheckpointAsync(3, TestContext.Current.CancellationToken);
        foreach (var version in new[] { 0, 1, 2 })
            File.Delete(Path.Combine(Orders.Folder, "_delta_log", $"{version:D20}.json"));

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameFilesAsync();
        var gap = (await Host.Events.WaitForAsync<SyncGapDetected>()).Single();
        (gap.FromVersion, gap.ToVersion).ShouldBe((1, 3));
    }

    [Fact]
    public async Task A_new_column_comes_with_the_difference_and_the_protocol_it_needs()
    {
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.AddColumnAsync("seen", new PrimitiveType(PrimitiveKind.TimestampNtz));
        await Orders.AppendAsync("SELECT 101::BIGINT AS id, 'x' AS customer, 1.5::DECIMAL(10,2) AS amount, TIMESTAMP '2026-01-02 03:04:05' AS seen");

        await Host.SyncAsync();

        await ShouldBeSameRowsAsync();
        var copy = await DeltaTables.SnapshotAsync(Copy);
        copy.Protocol.ReaderFeatures.ShouldBe(["timestampNtz"]);
        copy.Metadata.SchemaString.ShouldBe((await DeltaTables.SnapshotAsync(Orders.Folder)).Metadata.SchemaString);
    }

    [Fact]
    public async Task Settings_of_the_local_table_stay_when_the_schema_changes()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        var table = DeltaTables.Open(Copy);
        var snapshot = await table.LoadAsync(cancellationToken: TestContext.Current.CancellationToken);
        var transaction = table.BeginTransaction(snapshot);
        transaction.UpdateMetadata(
            snapshot.Metadata with
            {
                Configuration = new Dictionary<string, string>(snapshot.Configuration) { ["delta.checkpointInterval"] = "50" },
            }
        );
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await Orders.AddColumnAsync("note", new PrimitiveType(PrimitiveKind.String));

        await Host.SyncAsync();

        (await DeltaTables.SnapshotAsync(Copy)).Configuration["delta.checkpointInterval"].ShouldBe("50");
    }

    [Fact]
    public async Task Partition_values_come_as_they_are()
    {
        Provider.Tables["sales/public/orders"] = Orders = await SharedTable.CreateAsync(Folder.Sub("partitioned"), partitionColumns: ["customer"]);
        await Orders.AppendAsync(
            "SELECT i AS id, c AS customer, 1.5::DECIMAL(10,2) AS amount FROM (VALUES (1, 'a/b=c%d'), (2, NULL), (3, ''), (4, 'Zürich \U0001F30A \"q\"'), (5, ' x ')) t(i, c)"
        );

        await Host.AddSyncAsync();

        (await DeltaTables.FilesAsync(Copy))
            .Select(file => file.Split(' ')[0])
            .ShouldBe((await DeltaTables.FilesAsync(Orders.Folder)).Select(file => file.Split(' ')[0]));
        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).PartitionColumns.ShouldBe(["customer"]);
    }

    [Fact]
    public async Task An_empty_table_becomes_an_empty_table()
    {
        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        (await DeltaTables.RowsAsync(Copy)).ShouldBeEmpty();
        await Orders.AppendOrdersAsync(1, 5);
        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameFilesAsync();
    }

    [Fact]
    public async Task Times_without_a_zone_stay_as_they_are()
    {
        var schema = new StructType([
            new StructField("id", new PrimitiveType(PrimitiveKind.Long)),
            new StructField("at", new PrimitiveType(PrimitiveKind.TimestampNtz)),
            new StructField("instant", new PrimitiveType(PrimitiveKind.Timestamp)),
        ]);
        Provider.Tables["sales/public/orders"] = Orders = await SharedTable.CreateAsync(Folder.Sub("times"), schema);
        await Orders.AppendAsync("SELECT 1::BIGINT AS id, TIMESTAMP '1969-12-31 23:59:59.999999' AS at, TIMESTAMPTZ '2026-07-01 12:00:00+02' AS instant");

        await Host.AddSyncAsync();

        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Protocol.ReaderFeatures.ShouldBe(["timestampNtz"]);
    }

    [Fact]
    public async Task A_run_that_finds_nothing_new_says_so()
    {
        await Orders.AppendOrdersAsync(1, 5);
        await Host.AddSyncAsync();
        var before = Provider.Downloads.Count();

        var run = await Host.SyncAsync();

        (run["from_version"]!.GetValue<long>(), run["to_version"]!.GetValue<long>()).ShouldBe((1, 1));
        run["files_total"]!.GetValue<long>().ShouldBe(0);
        Provider.Downloads.Count().ShouldBe(before);
    }
}
