using Tideway.Contracts.InboundSync;
using Tideway.DeltaLog.Schema;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Mirror;

public sealed class MirrorTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private FakeProvider provider = null!;
    private InboundHost host = null!;
    private SharedTable orders = null!;

    private string Copy => host.Target("orders");

    public async ValueTask InitializeAsync()
    {
        provider = await FakeProvider.StartAsync();
        host = await InboundHost.StartAsync(folder);
        await host.AddProviderAsync(provider);
        provider.Tables["sales/public/orders"] = orders = await SharedTable.CreateAsync(folder.Sub("remote"));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await provider.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_first_run_takes_the_whole_table_with_files_of_the_same_bytes()
    {
        await orders.AppendOrdersAsync(1, 1000);
        await orders.AppendOrdersAsync(1001, 3000, "globex");

        var run = await host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        run["to_version"]!.GetValue<long>().ShouldBe(2);
        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        run["files_done"]!.GetValue<long>().ShouldBe(2);
        run["bytes_done"]!.GetValue<long>().ShouldBe(run["bytes_total"]!.GetValue<long>());
        run["request_ids"]!.AsArray().Count.ShouldBe(2);
        (await DeltaTables.FilesAsync(Copy)).ShouldBe(await DeltaTables.FilesAsync(orders.Folder));
        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(3000);
        var completed = (await host.Events.WaitForAsync<SyncCompleted>()).Single();
        completed.Snapshot.ShouldBeTrue();
        completed.FromVersion.ShouldBeNull();
        completed.Files.ShouldBe(2);
        completed.RequestIds.Count.ShouldBe(2);
        host.Events.Of<SyncStarted>().Single().Trigger.ShouldBe("request");
    }

    [Fact]
    public async Task Versions_are_repeated_one_by_one()
    {
        await orders.AppendOrdersAsync(1, 100);
        await host.AddSyncAsync();
        await orders.AppendOrdersAsync(101, 200);
        await orders.DeleteAsync("id % 10 = 0");
        await orders.UpdateAsync("customer", "'globex'", "id < 20");

        var run = await host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        run["from_version"]!.GetValue<long>().ShouldBe(1);
        run["to_version"]!.GetValue<long>().ShouldBe(4);
        (await DeltaTables.SnapshotAsync(Copy)).Version.ShouldBe(3);
        for (var behind = 0; behind < 3; behind++)
            (await DeltaTables.FilesAsync(Copy, 3 - behind)).ShouldBe(await DeltaTables.FilesAsync(orders.Folder, 4 - behind));
        host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rewrite_that_changes_no_rows_is_followed_until_its_files_matter()
    {
        await orders.AppendOrdersAsync(1, 100);
        await orders.AppendOrdersAsync(101, 200);
        await host.AddSyncAsync();
        await orders.OptimizeAsync();

        (await host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        (await DeltaTables.RowsAsync(Copy)).ShouldBe(await DeltaTables.RowsAsync(orders.Folder));

        await orders.DeleteAsync("id = 7");
        (await host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        (await DeltaTables.FilesAsync(Copy)).ShouldBe(await DeltaTables.FilesAsync(orders.Folder));
        host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_shared_history_only_the_files_that_are_new_are_taken()
    {
        orders.HistoryShared = false;
        await orders.AppendOrdersAsync(1, 100);
        await host.AddSyncAsync();
        await orders.AppendOrdersAsync(101, 200);

        var run = await host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        run["files_total"]!.GetValue<long>().ShouldBe(1);
        provider.Downloads.Count().ShouldBe(2);
        (await DeltaTables.FilesAsync(Copy)).ShouldBe(await DeltaTables.FilesAsync(orders.Folder));
        host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_table_made_anew_under_the_same_name_replaces_the_old_one_even_at_the_same_version()
    {
        await orders.AppendOrdersAsync(1, 100);
        await host.AddSyncAsync();
        await orders.RecreateAsync(folder.Sub("again"));
        await orders.AppendOrdersAsync(500, 510);
        (await orders.VersionAsync()).ShouldBe(1);

        var run = await host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        (await DeltaTables.FilesAsync(Copy)).ShouldBe(await DeltaTables.FilesAsync(orders.Folder));
        (await host.Events.WaitForAsync<SyncGapDetected>()).Single().Reason.ShouldContain("made anew");
    }

    [Fact]
    public async Task A_table_that_went_back_is_taken_whole()
    {
        await orders.AppendOrdersAsync(1, 100);
        await orders.AppendOrdersAsync(101, 200);
        await host.AddSyncAsync();
        File.Delete(Path.Combine(orders.Folder, "_delta_log", "00000000000000000002.json"));

        await host.SyncAsync();

        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(100);
        (await host.Events.WaitForAsync<SyncGapDetected>()).Single().Reason.ShouldContain("went back from version 2 to 1");
        await orders.AppendOrdersAsync(300, 310);
        await host.SyncAsync();
        (await DeltaTables.FilesAsync(Copy)).ShouldBe(await DeltaTables.FilesAsync(orders.Folder));
    }

    [Fact]
    public async Task History_that_is_gone_is_a_gap_and_the_difference_is_taken()
    {
        await orders.AppendOrdersAsync(1, 100);
        await host.AddSyncAsync();
        await orders.AppendOrdersAsync(101, 200);
        await orders.AppendOrdersAsync(201, 300);
        await orders.Table.WriteCheckpointAsync(3, TestContext.Current.CancellationToken);
        foreach (var version in new[] { 0, 1, 2 })
            File.Delete(Path.Combine(orders.Folder, "_delta_log", $"{version:D20}.json"));

        var run = await host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        (await DeltaTables.FilesAsync(Copy)).ShouldBe(await DeltaTables.FilesAsync(orders.Folder));
        var gap = (await host.Events.WaitForAsync<SyncGapDetected>()).Single();
        (gap.FromVersion, gap.ToVersion).ShouldBe((1, 3));
    }

    [Fact]
    public async Task A_new_column_comes_with_the_difference_and_the_protocol_it_needs()
    {
        await orders.AppendOrdersAsync(1, 100);
        await host.AddSyncAsync();
        await orders.AddColumnAsync("seen", new PrimitiveType(PrimitiveKind.TimestampNtz));
        await orders.AppendAsync("SELECT 101::BIGINT AS id, 'x' AS customer, 1.5::DECIMAL(10,2) AS amount, TIMESTAMP '2026-01-02 03:04:05' AS seen");

        await host.SyncAsync();

        (await DeltaTables.RowsAsync(Copy)).ShouldBe(await DeltaTables.RowsAsync(orders.Folder));
        var copy = await DeltaTables.SnapshotAsync(Copy);
        copy.Protocol.ReaderFeatures.ShouldBe(["timestampNtz"]);
        copy.Metadata.SchemaString.ShouldBe((await DeltaTables.SnapshotAsync(orders.Folder)).Metadata.SchemaString);
    }

    [Fact]
    public async Task Settings_of_the_local_table_stay_when_the_schema_changes()
    {
        await orders.AppendOrdersAsync(1, 10);
        await host.AddSyncAsync();
        var table = DeltaTables.Open(Copy);
        var snapshot = await table.LoadAsync(cancellationToken: TestContext.Current.CancellationToken);
        var transaction = table.BeginTransaction(snapshot);
        transaction.UpdateMetadata(
            snapshot.Metadata with { Configuration = new Dictionary<string, string>(snapshot.Configuration) { ["delta.checkpointInterval"] = "50" } }
        );
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await orders.AddColumnAsync("note", new PrimitiveType(PrimitiveKind.String));

        await host.SyncAsync();

        (await DeltaTables.SnapshotAsync(Copy)).Configuration["delta.checkpointInterval"].ShouldBe("50");
    }

    [Fact]
    public async Task Partition_values_come_as_they_are()
    {
        provider.Tables["sales/public/orders"] = orders = await SharedTable.CreateAsync(folder.Sub("partitioned"), partitionColumns: ["customer"]);
        await orders.AppendAsync(
            "SELECT i AS id, c AS customer, 1.5::DECIMAL(10,2) AS amount FROM (VALUES (1, 'a/b=c%d'), (2, NULL), (3, ''), (4, 'Zürich \U0001F30A \"q\"'), (5, ' x ')) t(i, c)"
        );

        await host.AddSyncAsync();

        (await DeltaTables.FilesAsync(Copy)).Select(file => file.Split(' ')[0]).ShouldBe((await DeltaTables.FilesAsync(orders.Folder)).Select(file => file.Split(' ')[0]));
        (await DeltaTables.RowsAsync(Copy)).ShouldBe(await DeltaTables.RowsAsync(orders.Folder));
        (await DeltaTables.SnapshotAsync(Copy)).PartitionColumns.ShouldBe(["customer"]);
    }

    [Fact]
    public async Task An_empty_table_becomes_an_empty_table()
    {
        var run = await host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        (await DeltaTables.RowsAsync(Copy)).ShouldBeEmpty();
        await orders.AppendOrdersAsync(1, 5);
        (await host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        (await DeltaTables.FilesAsync(Copy)).ShouldBe(await DeltaTables.FilesAsync(orders.Folder));
    }

    [Fact]
    public async Task Times_without_a_zone_stay_as_they_are()
    {
        var schema = new StructType([
            new StructField("id", new PrimitiveType(PrimitiveKind.Long)),
            new StructField("at", new PrimitiveType(PrimitiveKind.TimestampNtz)),
            new StructField("instant", new PrimitiveType(PrimitiveKind.Timestamp)),
        ]);
        provider.Tables["sales/public/orders"] = orders = await SharedTable.CreateAsync(folder.Sub("times"), schema);
        await orders.AppendAsync("SELECT 1::BIGINT AS id, TIMESTAMP '1969-12-31 23:59:59.999999' AS at, TIMESTAMPTZ '2026-07-01 12:00:00+02' AS instant");

        await host.AddSyncAsync();

        (await DeltaTables.RowsAsync(Copy)).ShouldBe(await DeltaTables.RowsAsync(orders.Folder));
        (await DeltaTables.SnapshotAsync(Copy)).Protocol.ReaderFeatures.ShouldBe(["timestampNtz"]);
    }

    [Fact]
    public async Task A_run_that_finds_nothing_new_says_so()
    {
        await orders.AppendOrdersAsync(1, 5);
        await host.AddSyncAsync();
        var before = provider.Downloads.Count();

        var run = await host.SyncAsync();

        (run["from_version"]!.GetValue<long>(), run["to_version"]!.GetValue<long>()).ShouldBe((1, 1));
        run["files_total"]!.GetValue<long>().ShouldBe(0);
        provider.Downloads.Count().ShouldBe(before);
    }
}
