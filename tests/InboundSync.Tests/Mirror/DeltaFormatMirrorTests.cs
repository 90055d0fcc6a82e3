using Tideway.Contracts.InboundSync;
using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Schema;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Mirror;

public sealed class DeltaFormatMirrorTests : SyncFixture
{
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
        await SetPropertyAsync("delta.enableDeletionVectors", "true");
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
    public async Task Columns_that_are_renamed_and_dropped_leave_the_files_as_they_are()
    {
        Provider.Formats = KnownFormats.Both;
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await SetPropertyAsync("delta.columnMapping.mode", "name");
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

    [Theory]
    [InlineData(nameof(KnownFormats.Both))]
    [InlineData(nameof(KnownFormats.Delta))]
    [InlineData(nameof(KnownFormats.Parquet))]
    public async Task Variants_are_mirrored_with_the_features_that_they_need_and_not_merged(string formats)
    {
        Provider.Formats = Enum.Parse<KnownFormats>(formats);
        var table = ReplayedTable.Open("delta-rs/spark-shredded-variant-preview-delta", Folder.Sub("variants"));
        table.Commit(table.Latest);
        Provider.Tables["sales/public/orders"] = Orders = SharedTable.Open(table.Folder);

        (await Host.AddSyncAsync())["state"]!.GetValue<string>().ShouldBe("succeeded");
        var (status, problem) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, Host.NewSync("merged", "merge"));
        var merged = await Host.AddSyncAsync("merged", "merge", validate: false);

        string[] needed = formats == nameof(KnownFormats.Parquet) ? ["variantType", "variantShredding"] : ["variantType", "variantShredding-preview"];
        (await DeltaTables.SnapshotAsync(Copy)).Protocol.ReaderFeatures.ShouldBe(needed, ignoreOrder: true);
        await ShouldBeSameRowsAsync();
        const string reason =
            "variants in v, array_of_variants, struct_of_variants, map_of_variants, array_of_struct_of_variants, struct_of_array_of_variants, which";
        status.ShouldBe(400);
        problem!["message"]!.GetValue<string>().ShouldContain(reason);
        merged["reason"]!.GetValue<string>().ShouldContain(reason);
        merged["reason"]!.GetValue<string>().ShouldContain("A sync of mode mirror can take the table");
        (await DeltaTables.Open(Host.Target("merged")).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_the_remote_log_asks_of_its_readers_is_asked_of_nobody_here()
    {
        Provider.Formats = KnownFormats.Delta;
        await new TableEvolution(Orders.Table).AddFeatureAsync("v2Checkpoint", TestContext.Current.CancellationToken);
        await new TableEvolution(Orders.Table).AddFeatureAsync("vacuumProtocolCheck", TestContext.Current.CancellationToken);
        await new TableEvolution(Orders.Table).AddFeatureAsync("inCommitTimestamp", TestContext.Current.CancellationToken);
        await Orders.AppendOrdersAsync(1, 10);

        (await Host.AddSyncAsync())["state"]!.GetValue<string>().ShouldBe("succeeded");

        await ShouldBeSameFilesAsync();
        var protocol = (await DeltaTables.SnapshotAsync(Copy)).Protocol;
        (protocol.MinReaderVersion, protocol.MinWriterVersion).ShouldBe((1, 2));
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
    public async Task A_process_that_ended_between_vector_and_commit_goes_on_with_what_is_here()
    {
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Orders.DeleteAsync("id % 10 = 3");
        var (last, reached) = await Provider.StopAtLastFileAsync(Orders);
        await Host.CreateSyncAsync();
        await reached.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await Eventually.Async(() => Directory.EnumerateFiles(Copy, "*.bin").Count() == 2, because: "the vectors, which lie in one file");
        Directory.Exists(Log).ShouldBeFalse();
        Provider.Fault = null;
        var first = Provider.Downloads.Count(path => !path.EndsWith(last, StringComparison.Ordinal));

        await RestartAsync();
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        // Neither the other file nor the vectors came again; the last file did.
        Provider.Downloads.Count(path => !path.EndsWith(last, StringComparison.Ordinal)).ShouldBe(first);
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
    [InlineData("delta-rs/spark-variant-checkpoint")]
    [InlineData("delta-rs/spark-shredded-variant-preview-delta")]
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
}
