using Tideway.DeltaLog.Tests.Conformance;
using Tideway.DeltaLog.Tests.Reading;
using Tideway.DeltaLog.Verification;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests.Verification;

public sealed class TableVerifierTests : IDisposable
{
    private readonly LakeFolder lake = new();

    public static TheoryData<string> Sound =>
        [
            "dat/all_primitive_types",
            "dat/basic_partitioned",
            "dat/column_mapping",
            "dat/deletion_vectors",
            "dat/nested_types",
            "dat/stats_as_struct",
            "delta-rs/cdc_ict_table",
            "delta-rs/cdf-table-with-cdc-and-dvs",
            "delta-rs/checkpoint-v2-table",
            "delta-rs/table_with_column_mapping",
            "delta-rs/table_with_edge_timestamps",
            "golden/data-skipping-basic-stats-all-types-columnmapping-id",
            "golden/dv-with-columnmapping",
            "golden/type-widening",
            "golden/v2-checkpoint-parquet",
        ];

    [Theory]
    [MemberData(nameof(Sound))]
    public async Task A_table_of_another_engine_has_no_problems(string name)
    {
        var table = new DeltaTable(new LocalObjectStore(TestTables.Folder(name)), TimeProvider.System);

        (await new TableVerifier(table).VerifyAsync(await table.LoadAsync(), withRows: true).ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_gone_or_of_another_size_is_told()
    {
        var add = lake.Write("a.parquet", "SELECT 1::BIGINT AS id");
        lake.Folder.Create(add, lake.Write("b.parquet", "SELECT 1::BIGINT AS id"), TableFolder.Add("../c.parquet"));
        File.AppendAllText(Path.Combine(lake.Folder.Path, "a.parquet"), "more");
        File.Delete(Path.Combine(lake.Folder.Path, "b.parquet"));

        var problems = await FindAsync();

        problems
            .Select(problem => (problem.Check, problem.File))
            .ShouldBe(
                [(VerificationCheck.Files, "../c.parquet"), (VerificationCheck.Files, "a.parquet"), (VerificationCheck.Files, "b.parquet")],
                ignoreOrder: true
            );
        problems.Single(problem => problem.File == "b.parquet").Message.ShouldContain("not there");
        problems.Single(problem => problem.File == "a.parquet").Message.ShouldContain("bytes");
    }

    [Theory]
    [InlineData("""{"numRecords":3}""", "3 rows")]
    [InlineData("""{"numRecords":2,"minValues":{"id":2}}""", "id: the statistics say at least 2, the file has 1")]
    [InlineData("""{"numRecords":2,"maxValues":{"id":1}}""", "id: the statistics say at most 1, the file has 2")]
    [InlineData("""{"numRecords":2,"nullCount":{"name":0}}""", "name: the statistics say 0 nulls, the file has 1")]
    [InlineData("""{"numRecords":2,"minValues":{"name":"c"}}""", "name: the statistics say at least c, the file has b")]
    [InlineData("""{"numRecords":2,"maxValues":{"s":{"f":1.25}}}""", "s.f: the statistics say at most 1.25, the file has 1.5")]
    public async Task Statistics_that_the_rows_do_not_keep_are_told(string stats, string problem)
    {
        lake.Folder.Commit(0, TableFolder.Protocol, Metadata(), WriteRows(stats));

        var found = (await FindAsync()).ShouldHaveSingleItem();

        (found.Check, found.File).ShouldBe((VerificationCheck.Statistics, "a.parquet"));
        found.Message.ShouldContain(problem);
        (await FindAsync(withRows: false)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"numRecords":2,"minValues":{"id":1,"name":"","s":{"f":1}},"maxValues":{"id":9,"name":"bz","s":{"f":1.5}},"nullCount":{"id":0,"name":1}}""")]
    [InlineData("""{"minValues":{"id":"no number"}}""")]
    [InlineData("no json")]
    public async Task Bounds_may_be_wider_and_what_is_no_statistic_says_nothing(string stats)
    {
        lake.Folder.Commit(0, TableFolder.Protocol, Metadata(), WriteRows(stats));

        (await FindAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_damaged_deletion_vector_is_told()
    {
        var add = lake.Write("a.parquet", "SELECT range AS id FROM range(10)", ",\"stats\":\"{\\\"numRecords\\\":10}\"" + LakeFolder.Vector);
        lake.Folder.Commit(0, LakeFolder.Protocol("deletionVectors"), LakeFolder.Metadata(LakeFolder.Field("id", "long")), add);

        (await FindAsync(withRows: false)).ShouldHaveSingleItem().Message.ShouldContain("row 29");

        lake.Folder.Commit(1, add.Replace("\"cardinality\":6", "\"cardinality\":7"), TableFolder.Remove("a.parquet", LakeFolder.Vector));
        (await FindAsync(withRows: false)).ShouldHaveSingleItem().Check.ShouldBe(VerificationCheck.DeletionVectors);
    }

    [Theory]
    [InlineData("""{"numFiles":2,"tableSizeBytes":0,"numMetadata":1,"numProtocol":1}""", "numFiles 2, the log 0")]
    [InlineData("""{"numFiles":0,"tableSizeBytes":7}""", "tableSizeBytes 7, the log 0")]
    [InlineData("""{"numFiles":0,"protocol":{"minReaderVersion":3,"minWriterVersion":2}}""", "minReaderVersion 3, the log 1")]
    [InlineData(
        """{"numFiles":0,"metadata":{"id":"another","format":{"provider":"parquet","options":{}},"schemaString":""}}""",
        "metadata.id another, the log t1"
    )]
    [InlineData("""{"metadata":{"id":"t1"}}""", "'format.provider' is missing")]
    [InlineData("""{"protocol":{"minReaderVersion":1,"minWriterVersion":2,"writerFeatures":["x"]}}""", "writerFeatures x, the log ")]
    [InlineData("""{"setTransactions":[{"appId":"a","version":3}]}""", "setTransactions a 3, the log ")]
    [InlineData("""{"setTransactions":[{"appId":"app","version":6}]}""", "setTransactions app 6, the log 7")]
    [InlineData("""{"setTransactions":[]}""", "setTransactions app , the log 7")]
    [InlineData("""{"domainMetadata":[{"domain":"d","configuration":"{}","removed":false}]}""", "domainMetadata d {}, the log {\"a\":1}")]
    [InlineData("""{"domainMetadata":[]}""", "domainMetadata d , the log")]
    [InlineData("""{"fileSizeHistogram":{"sortedBinBoundaries":[0,10],"fileCounts":[1,0],"totalBytes":[0,0]}}""", "fileCounts 1, 0, the log 0, 0")]
    [InlineData("""{"histogramOpt":{"sortedBinBoundaries":[0,10],"fileCounts":[0,0],"totalBytes":[5,0]}}""", "totalBytes 5, 0, the log 0, 0")]
    [InlineData("""{"fileSizeHistogram":{"sortedBinBoundaries":"x"}}""", "sortedBinBoundaries")]
    [InlineData("""{"deletedRecordCountsHistogramOpt":{"deletedRecordCounts":[1,0,0,0,0,0,0,0,0,0]}}""", "deletedRecordCountsHistogramOpt 1, 0")]
    [InlineData("""{"allFiles":[{"path":"x","partitionValues":{},"size":1,"modificationTime":1,"dataChange":false}]}""", "allFiles x 1 bytes")]
    [InlineData("""{"txnId":"other"}""", "txnId other, the log mine")]
    [InlineData("""{"numFiles":"many"}""", "expected Number as numFiles")]
    [InlineData("damaged", "cannot be read")]
    [InlineData("""{"txnId":"\ud800"}""", "cannot be read")]
    public async Task A_checksum_file_that_says_something_else_is_told(string checksum, string problem)
    {
        lake.Folder.Create(
            """{"commitInfo":{"txnId":"mine"}}""",
            """{"txn":{"appId":"app","version":7}}""",
            """{"domainMetadata":{"domain":"d","configuration":"{\"a\":1}","removed":false}}"""
        );
        File.WriteAllText(lake.Folder.LogFile("00000000000000000000.crc"), checksum);

        var problems = await FindAsync();

        problems.ShouldAllBe(found => found.Check == VerificationCheck.Checksum);
        problems[0].Message.ShouldContain(problem);
    }

    /// <summary>Every version of another engine's table that has a checksum file.</summary>
    public static TheoryData<string> WithChecksums =>
        [
            .. TestTables.All.Where(name =>
                !RefusedTables.Broken.ContainsKey(name) && Directory.GetFiles(Path.Combine(TestTables.Folder(name), "_delta_log"), "*.crc").Length > 0
            ),
        ];

    // The source of the table changed the timestamp in the commit afterwards.
    private static readonly Dictionary<(string, long), string> Known = new()
    {
        [("delta-rs/cdc_ict_table", 1)] = "The checksum file says inCommitTimestampOpt 1783874206883, the log 1683874206883.",
    };

    [Theory]
    [MemberData(nameof(WithChecksums))]
    public async Task Checksum_files_of_other_engines_agree_with_their_logs(string name)
    {
        var table = new DeltaTable(new LocalObjectStore(TestTables.Folder(name)), TimeProvider.System);
        var compared = 0;
        foreach (var path in Directory.GetFiles(Path.Combine(TestTables.Folder(name), "_delta_log"), "*.crc"))
        {
            var version = long.Parse(Path.GetFileNameWithoutExtension(path));
            if (!File.Exists(Path.ChangeExtension(path, ".json")))
                continue;
            var snapshot = await table.LoadAsync(version);
            var problems = await new TableVerifier(table).VerifyAsync(snapshot, withRows: false).ToListAsync();
            problems
                .Where(problem => problem.Check == VerificationCheck.Checksum)
                .Select(problem => problem.Message)
                .ShouldBe(Known.TryGetValue((name, version), out var message) ? [message] : [], $"version {version}");
            compared++;
        }

        compared.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_checkpoint_that_the_commits_do_not_lead_to_is_told()
    {
        lake.Folder.Create(lake.Write("a.parquet", "SELECT 1::BIGINT AS id"));
        await lake.Folder.Table.WriteCheckpointAsync(0);
        lake.Folder.Create(lake.Write("b.parquet", "SELECT 1::BIGINT AS id"));

        (await FindAsync())
            .Select(problem => (problem.Check, problem.File))
            .ShouldBe([(VerificationCheck.Log, "b.parquet"), (VerificationCheck.Log, "a.parquet")]);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_told_though_the_table_can_be_read()
    {
        lake.Folder.Create(lake.Write("a.parquet", "SELECT 1::BIGINT AS id"));
        File.WriteAllText(lake.Folder.LogFile("00000000000000000000.checkpoint.parquet"), "junk");

        var problem = (await FindAsync()).ShouldHaveSingleItem();

        (problem.Check, problem.File).ShouldBe((VerificationCheck.Log, "_delta_log/00000000000000000000.checkpoint.parquet"));
    }

    [Fact]
    public async Task A_hint_without_its_checkpoint_and_a_damaged_compaction_are_told()
    {
        lake.Folder.Create().Commit(1, lake.Write("a.parquet", "SELECT 1::BIGINT AS id"));
        File.WriteAllText(lake.Folder.LogFile("_last_checkpoint"), """{"version":1,"size":1}""");
        File.WriteAllText(lake.Folder.LogFile("00000000000000000000.00000000000000000001.compacted.json"), "damaged");

        (await FindAsync()).Select(problem => problem.Check).ShouldBe([VerificationCheck.Log, VerificationCheck.Log]);
    }

    public void Dispose() => lake.Dispose();

    private static string Metadata() =>
        LakeFolder.Metadata(
            $"{LakeFolder.Field("id", "long")},{LakeFolder.Field("name", "string")},{LakeFolder.Field("s", $$$"""{"type":"struct","fields":[{{{LakeFolder.Field("f", "double")}}}]}""")}"
        );

    private string WriteRows(string stats) =>
        lake.Write(
            "a.parquet",
            "SELECT 1::BIGINT AS id, NULL::VARCHAR AS name, {'f': 1.5::DOUBLE} AS s UNION ALL SELECT 2, 'b', {'f': 1.0}",
            $",\"stats\":{System.Text.Json.JsonSerializer.Serialize(stats)}"
        );

    private async Task<List<VerificationProblem>> FindAsync(bool withRows = true) =>
        await new TableVerifier(lake.Folder.Table).VerifyAsync(await lake.Folder.Table.LoadAsync(), withRows).ToListAsync();
}
