using System.Text.Json.Nodes;
using Tideway.Contracts.InboundSync;
using Tideway.DeltaLog.Evolution;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Merge;

public sealed class DeltaFormatMergeTests : SyncFixture
{
    public static TheoryData<string> Kinds => ["vectors", "mapped", "mapped vectors"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rows_of_a_table_that_plain_parquet_cannot_express_are_merged_at_first_and_then_by_their_changes(string kind)
    {
        await ShareOrdersAsync(kind);
        await Orders.AppendOrdersAsync(1, 1000);
        await Orders.DeleteAsync("id % 10 = 3");

        var first = await Host.AddSyncAsync(mode: "merge");

        first["state"]!.GetValue<string>().ShouldBe("succeeded", first.ToJsonString());
        Long(first, "rows_inserted").ShouldBe(900);
        await ShouldBeSameRowsAsync();
        await Orders.AppendOrdersAsync(2001, 2010);
        await Orders.UpdateAsync("customer", "'globex'", "id BETWEEN 5 AND 9");
        await Orders.DeleteAsync("id % 50 = 0");
        await Orders.DeleteAsync("id % 10 = 4");
        await Orders.AppendOrdersAsync(4, 4, "again");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameRowsAsync();
        var copy = await DeltaTables.SnapshotAsync(Copy);
        // It has files of its own, with the columns under their names.
        copy.Protocol.MinReaderVersion.ShouldBe(1);
        copy.Metadata.SchemaString.ShouldNotContain("physicalName");
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(Folder.Path, "staging"), "*.bin", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "Syncs merge row changes, in either format",
        Served = "of change files, and of files and their deletion vectors"
    )]
    public async Task Row_changes_come_out_of_files_and_vectors_where_no_change_files_were_written(string kind)
    {
        await ShareOrdersAsync(kind);
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync(mode: "merge");
        // One file of the range goes with some of its rows deleted before, and comes with more of them.
        await Orders.DeleteAsync("id <= 10");
        await Orders.DeleteAsync("id <= 20");
        await Orders.ForgetChangeFilesAsync();

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        Long(run, "rows_deleted").ShouldBe(20);
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Files_that_went_are_read_though_the_server_does_not_tell_how_large_they_are()
    {
        await ShareOrdersAsync("mapped");
        Provider.TellsSizesOfFilesThatWent = false;
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync(mode: "merge");
        await Orders.OverwriteAsync(SharedTable.OrdersSql(90, 120, "other"));

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();

        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Columns_whose_names_plain_files_cannot_have_keep_them()
    {
        await ShareOrdersAsync("mapped");
        await new TableEvolution(Orders.Table).RenameColumnAsync("customer", "the customer", TestContext.Current.CancellationToken);
        await Orders.AppendAsync("SELECT i AS id, 'acme' AS \"the customer\", 1.5::DECIMAL(10,2) AS amount FROM range(10) r(i)");
        await Host.AddSyncAsync(mode: "merge");
        await Orders.AppendAsync("SELECT 500::BIGINT AS id, 'globex' AS \"the customer\", 1.5::DECIMAL(10,2) AS amount");

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();

        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Schema.Fields.Select(field => field.Name).ShouldBe(["id", "the customer", "amount"]);
    }

    [Fact]
    public async Task A_table_that_comes_in_the_other_format_from_some_version_on_is_merged_on()
    {
        Provider.Formats = KnownFormats.Both;
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync(mode: "merge");
        await SetPropertyAsync("delta.enableDeletionVectors", "true");
        await Orders.DeleteAsync("id % 10 = 3");

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();

        await ShouldBeSameRowsAsync();
        await SetPropertyAsync("delta.columnMapping.mode", "name");
        await new TableEvolution(Orders.Table).DropColumnAsync("amount", TestContext.Current.CancellationToken);

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        await ShouldBeSameRowsAsync();
        await Orders.AppendAsync("SELECT 500::BIGINT AS id, 'globex' AS customer");
        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameRowsAsync();
    }

    [Theory]
    [InlineData("delta-rs/cdf-table-with-cdc-and-dvs", "id,comment")]
    [InlineData("delta-rs/table_with_partitioning_mapping", "description")]
    [InlineData("dat/deletion_vectors", "letter,int")]
    public async Task A_table_of_another_engine_is_merged_commit_by_commit(string name, string keys)
    {
        Provider.Formats = KnownFormats.Both;
        var table = ReplayedTable.Open(name, Folder.Sub("replayed"));
        Provider.Tables["sales/public/orders"] = Orders = SharedTable.Open(table.Folder);
        table.Commit(0);
        await Host.AddSyncAsync(mode: "merge", keys: keys.Split(','));

        for (var version = 1L; version <= table.Latest; version++)
        {
            table.Commit(version);
            await Host.SyncAsync();
            await ShouldBeSameRowsAsync();
        }
    }

    [Theory]
    [InlineData("UNSUPPORTED_OPERATION", 0)]
    [InlineData("INVALID_PARAMETER_VALUE", 1)]
    public async Task A_server_that_cannot_tell_the_changes_of_such_a_table_has_lost_none(string code, int gaps)
    {
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync(mode: "merge");
        await Orders.DeleteAsync("id = 7");
        Provider.Fault = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/changes", StringComparison.Ordinal))
                return false;
            await FakeProvider.RefuseAsync(context, 400, code, "No such question.");
            return true;
        };

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        await ShouldBeSameRowsAsync();
        await Host.Events.WaitForAsync<SyncCompleted>(2);
        Host.Events.Of<SyncGapDetected>().Count.ShouldBe(gaps);
    }

    [Fact]
    public async Task Deleted_rows_that_take_more_memory_than_a_merge_may_are_refused_before_they_come()
    {
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Orders.DeleteAsync("id = 7 OR id = 107");
        // As much as a file may have.
        Provider.TellVector = vector => vector with { SizeInBytes = 16 << 20, Cardinality = 1L << 40 };
        Provider.TellsStatistics = false;

        var run = await Host.AddSyncAsync(mode: "merge");

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain("InboundSync:MemoryLimitBytes");
        Provider.Downloads.ShouldBeEmpty();
    }

    private static long Long(JsonNode run, string member) => run[member]!.GetValue<long>();
}
