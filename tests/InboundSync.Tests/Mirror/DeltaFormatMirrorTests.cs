using Microsoft.AspNetCore.Http;
using Tideway.Contracts.InboundSync;
using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Schema;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Mirror;

public sealed class DeltaFormatMirrorTests : SyncFixture
{
    private static readonly (string, string) Vectors = ("delta.enableDeletionVectors", "true");
    private static readonly (string, string) Mapped = ("delta.columnMapping.mode", "name");

    public static TheoryData<string, bool, string[]> Kinds =>
        new()
        {
            { "vectors", true, ["deletionVectors"] },
            { "vectors", false, ["deletionVectors"] },
            { "mapped", true, ["columnMapping"] },
            { "mapped vectors", true, ["columnMapping", "deletionVectors"] },
        };

    private string Log => Path.Combine(Copy, "_delta_log");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_table_that_plain_parquet_cannot_express_is_mirrored_with_what_its_files_need_of_readers(
        string kind,
        bool tellsVectorFiles,
        string[] features
    )
    {
        await ShareOrdersAsync(kind);
        Provider.TellsVectorFiles = tellsVectorFiles;
        await Orders.AppendOrdersAsync(1, 1000);
        await Orders.AppendOrdersAsync(1001, 3000, "globex");
        await Orders.DeleteAsync("id % 10 = 3");

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        var copy = await DeltaTables.SnapshotAsync(Copy);
        copy.Protocol.ReaderFeatures.ShouldBe(features, ignoreOrder: true);
        copy.Configuration.ContainsKey("delta.columnMapping.maxColumnId").ShouldBe(kind.StartsWith("mapped", StringComparison.Ordinal));
        copy.NumRecords.ShouldBe(2700);
    }

    [Theory]
    [InlineData("vectors")]
    [InlineData("mapped vectors")]
    [ProtocolRule(
        "Read Data from a Table",
        "Syncs follow the files that versions added and removed, in either format",
        Served = "a file whose deletion vector changes is not brought again"
    )]
    public async Task Rows_that_are_deleted_later_are_followed_version_by_version_and_no_file_comes_again(string kind)
    {
        await ShareOrdersAsync(kind);
        await Orders.AppendOrdersAsync(1, 1000);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id % 10 = 3");
        await Orders.DeleteAsync("id % 10 = 4");
        await Orders.UpdateAsync("customer", "'globex'", "id < 20");
        await Orders.AppendOrdersAsync(2000, 2100);

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        for (var version = 1L; version <= 5; version++)
            (await DeltaTables.RowsAsync(Copy, version - 1)).ShouldBe(await DeltaTables.RowsAsync(Orders.Folder, version));
        await ShouldBeSameFilesAsync();
        var dataFiles = Provider.Downloads.Where(path => path.EndsWith(".parquet", StringComparison.Ordinal)).ToList();
        dataFiles.Distinct(StringComparer.Ordinal).Count().ShouldBe(dataFiles.Count, "the same file came twice");
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    [ProtocolRule("File ID Hash Header", "Syncs ask for ids made one way, so that files stay where they are when a table comes in the other format")]
    public async Task A_plain_table_whose_rows_are_deleted_by_vectors_from_some_version_on_is_followed()
    {
        Provider.Formats = KnownFormats.Both;
        await Orders.AppendOrdersAsync(1, 1000);
        await Host.AddSyncAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Protocol.MinReaderVersion.ShouldBe(1);
        await SetAsync(Vectors);
        await Host.SyncAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Protocol.MinReaderVersion.ShouldBe(1, "no file has a vector yet");
        await Orders.DeleteAsync("id % 10 = 3");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Protocol.ReaderFeatures.ShouldBe(["deletionVectors"]);
        Provider.Downloads.Count(path => path.EndsWith(".parquet", StringComparison.Ordinal)).ShouldBe(1);
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_whose_file_ids_are_others_in_the_other_format_sends_the_files_again()
    {
        Provider.Formats = KnownFormats.Both;
        Provider.KnowsFileIdHash = false;
        await Orders.AppendOrdersAsync(1, 1000);
        await Host.AddSyncAsync();
        await SetAsync(Vectors);
        await Orders.DeleteAsync("id % 10 = 3");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).FileCount.ShouldBe(1);
    }

    [Fact]
    public async Task Columns_that_are_renamed_and_dropped_leave_the_files_as_they_are()
    {
        Provider.Formats = KnownFormats.Both;
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await SetAsync(Mapped);
        var evolution = new TableEvolution(Orders.Table);
        await evolution.RenameColumnAsync("customer", "the customer", TestContext.Current.CancellationToken);
        await evolution.DropColumnAsync("amount", TestContext.Current.CancellationToken);
        await evolution.AddColumnAsync("note", new PrimitiveType(PrimitiveKind.String), cancellationToken: TestContext.Current.CancellationToken);

        await Host.SyncAsync();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        Provider.Downloads.Count().ShouldBe(1);
        (await DeltaTables.SnapshotAsync(Copy)).Schema.Fields.Select(field => field.Name).ShouldBe(["id", "the customer", "note"]);
        await Orders.AppendAsync("SELECT 500::BIGINT AS id, 'acme' AS \"the customer\", 'new' AS note");
        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task A_column_that_got_wider_is_read_out_of_older_files_too()
    {
        var schema = new StructType([new StructField("id", new PrimitiveType(PrimitiveKind.Integer))]);
        Provider.Formats = KnownFormats.Both;
        Provider.Tables["sales/public/orders"] = Orders = await SharedTable.CreateAsync(
            Folder.Sub("widened"),
            schema,
            properties: ("delta.enableTypeWidening", "true")
        );
        await Orders.AppendAsync("SELECT i::INTEGER AS id FROM range(5) r(i)");
        await Host.AddSyncAsync();
        await new TableEvolution(Orders.Table).WidenColumnAsync("id", new PrimitiveType(PrimitiveKind.Long), TestContext.Current.CancellationToken);
        await Orders.AppendAsync("SELECT 5000000000::BIGINT AS id");

        await Host.SyncAsync();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Protocol.ReaderFeatures.ShouldBe(["typeWidening"]);
    }

    [Fact]
    public async Task Without_shared_history_a_file_with_other_deleted_rows_is_replaced_and_does_not_come_again()
    {
        await ShareOrdersAsync("vectors");
        Orders.HistoryShared = false;
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id = 7");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        run["files_total"]!.GetValue<long>().ShouldBe(1);
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        Provider.Downloads.Count(path => path.EndsWith(".parquet", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_table_made_anew_without_mapped_columns_replaces_one_with_them()
    {
        await ShareOrdersAsync("mapped vectors");
        Provider.Formats = KnownFormats.Both;
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.DeleteAsync("id = 7");
        await Host.AddSyncAsync();
        await Orders.RecreateAsync(Folder.Sub("again"));
        await Orders.AppendOrdersAsync(500, 510);

        await Host.SyncAsync();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Configuration.Keys.ShouldNotContain("delta.columnMapping.mode");
    }

    [Fact]
    public async Task Rows_of_files_with_deleted_ones_are_counted_where_the_server_does_not_tell()
    {
        await ShareOrdersAsync("vectors");
        Provider.TellsStatistics = false;
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Orders.DeleteAsync("id = 7");
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id = 8 OR id = 108");

        await Host.SyncAsync();

        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Files.Select(file => file.Stats).ShouldAllBe(stats => stats == """{"numRecords":100,"tightBounds":false}""");
    }

    [Theory]
    [InlineData("UNSUPPORTED_OPERATION", false)]
    [InlineData("INVALID_PARAMETER_VALUE", true)]
    public async Task A_server_that_cannot_follow_such_a_table_by_versions_has_lost_none(string code, bool isGap)
    {
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id = 7");
        Provider.Fault = async context =>
        {
            if (!await AsksForVersionsAsync(context))
                return false;
            await FakeProvider.RefuseAsync(context, 400, code, "No such question.");
            return true;
        };

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        if (isGap)
            await Host.Events.WaitForAsync<SyncGapDetected>();
        else
            (await Host.Events.WaitForAsync<SyncCompleted>(2)).Count.ShouldBe(2);
        Host.Events.Of<SyncGapDetected>().Count.ShouldBe(isGap ? 1 : 0);
    }

    [Fact]
    public async Task A_server_that_answers_with_the_newest_files_when_versions_are_asked_for_is_understood()
    {
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id = 7");
        await Orders.AppendOrdersAsync(101, 200);
        Provider.Fault = async context =>
        {
            if (await AsksForVersionsAsync(context))
                context.Request.Body = new MemoryStream("{}"u8.ToArray());
            return false;
        };

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Vectors_whose_addresses_end_in_the_middle_are_asked_for_again()
    {
        await ShareOrdersAsync("vectors");
        for (var file = 0; file < 5; file++)
            await Orders.AppendOrdersAsync(file * 100, (file * 100) + 99);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id % 10 = 3");
        Provider.DownloadsPerList = 2;

        await Host.SyncAsync();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task A_process_that_ended_between_vector_and_commit_goes_on_with_what_is_here()
    {
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Orders.DeleteAsync("id % 10 = 3");
        var reached = new TaskCompletionSource();
        var last = Path.GetFileName(Orders.PathOf((await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Last()));
        Provider.Fault = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith(last, StringComparison.Ordinal))
                return false;
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        await Host.ExpectAsync(
            HttpMethod.Post,
            InboundHost.Syncs,
            new
            {
                name = "orders",
                provider = "partner",
                share = "sales",
                schema = "public",
                table = "orders",
                mode = "mirror",
                target = Copy,
            }
        );
        await reached.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await Eventually.Async(() => Directory.EnumerateFiles(Copy, "*.bin").Any(), because: "the first vector");
        Directory.Exists(Log).ShouldBeFalse();
        Provider.Fault = null;
        var first = Provider.Downloads.Count(path => !path.EndsWith(last, StringComparison.Ordinal));

        await RestartAsync();
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        // The other file and its vector did not come again; the last one and its vector did.
        Provider.Downloads.Count(path => !path.EndsWith(last, StringComparison.Ordinal)).ShouldBe(first + 1);
    }

    [Theory]
    [InlineData("dat/deletion_vectors")]
    [InlineData("delta-rs/table-with-dv-small")]
    [InlineData("delta-rs/table_with_deletion_logs")]
    [InlineData("delta-rs/table_with_partitioning_mapping")]
    [InlineData("delta-rs/cdf-table-with-cdc-and-dvs")]
    [InlineData("golden/dv-partitioned-with-checkpoint")]
    [InlineData("golden/dv-with-columnmapping")]
    [InlineData("golden/log-replay-dv-key-cases")]
    [InlineData("golden/data-reader-timestamp_ntz-id-mode")]
    [InlineData("golden/data-reader-timestamp_ntz-name-mode")]
    [InlineData("golden/table-with-columnmapping-mode-id-2")]
    [InlineData("golden/table-with-columnmapping-mode-name-2")]
    public async Task A_table_of_another_engine_is_followed_commit_by_commit(string name)
    {
        Provider.Formats = KnownFormats.Both;
        var table = ReplayedTable.Open(name, Folder.Sub("replayed"));
        Provider.Tables["sales/public/orders"] = Orders = SharedTable.Open(table.Folder);
        table.Commit(0);
        await Host.AddSyncAsync();

        for (var version = 0L; ; version++)
        {
            table.Commit(version);
            if (version > 0)
                await Host.SyncAsync();
            await ShouldBeSameRowsAsync();
            if (version == table.Latest)
                break;
        }
    }

    private static async Task<bool> AsksForVersionsAsync(HttpContext context)
    {
        if (!context.Request.Path.Value!.EndsWith("/query", StringComparison.Ordinal))
            return false;
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var asks = (await reader.ReadToEndAsync(context.RequestAborted)).Contains("startingVersion", StringComparison.Ordinal);
        context.Request.Body.Position = 0;
        return asks;
    }

    private Task SetAsync((string Name, string Value) property) =>
        new TableEvolution(Orders.Table).SetPropertiesAsync(
            new Dictionary<string, string>(StringComparer.Ordinal) { [property.Name] = property.Value },
            TestContext.Current.CancellationToken
        );

    private async Task ShareOrdersAsync(string kind)
    {
        Provider.Formats = KnownFormats.Delta;
        List<(string, string)> properties = [];
        if (kind.StartsWith("mapped", StringComparison.Ordinal))
            properties.Add(Mapped);
        if (kind.EndsWith("vectors", StringComparison.Ordinal))
            properties.Add(Vectors);
        Provider.Tables["sales/public/orders"] = Orders = await SharedTable.CreateAsync(Folder.Sub(kind.Replace(' ', '-')), properties: [.. properties]);
    }
}
