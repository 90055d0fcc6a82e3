using Tideway.DeltaLog.Actions;
using Tideway.Testing.Stores;

namespace Tideway.DeltaLog.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly TableFolder folder = new();

    [Fact]
    public async Task A_checkpoint_replaces_the_commits_it_covers()
    {
        folder.Commit(
            0,
            """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors","domainMetadata"]}}""",
            TableFolder.Metadata.Replace("\"id\":\"t1\"", "\"id\":\"t1\",\"name\":\"na\\\"me\",\"description\":\"de\\nsc\""),
            TableFolder.Add("gone"),
            TableFolder.Add("a%20b", ",\"stats\":\"{\\\"numRecords\\\":3,\\\"minValues\\\":{\\\"x\\\":\\\"\\\\u0001\\\"}}\",\"tags\":{\"k\":\"v\"}"),
            """{"add":{"path":"p=1/c","partitionValues":{"p":"1","q":null,"r":""},"size":7,"modificationTime":8,"dataChange":true,"deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6},"baseRowId":3,"defaultRowCommitVersion":4}}""",
            """{"txn":{"appId":"sync","version":9,"lastUpdated":4}}""",
            """{"domainMetadata":{"domain":"d","configuration":"{\"a\":1}","removed":false}}"""
        );
        folder.Commit(
            1,
            TableFolder.Remove("gone").Replace("\"deletionTimestamp\":1", $"\"deletionTimestamp\":{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}")
        );
        var before = await folder.Table.LoadAsync();

        await folder.Table.WriteCheckpointAsync(1);
        File.Delete(folder.CommitPath(0));
        File.Delete(folder.CommitPath(1));
        var after = await folder.Table.LoadAsync();

        after.Version.ShouldBe(1);
        Lines(after.Files).ShouldBe(Lines(before.Files.Select(file => file with { DataChange = false })));
        Lines([after.Protocol, after.Metadata]).ShouldBe(Lines([before.Protocol, before.Metadata]));
        after.Transactions["sync"].ShouldBe(9);
        after.DomainMetadata["d"].Configuration.ShouldBe("{\"a\":1}");
    }

    // Who reads one opens it more than once.
    [Fact]
    public async Task A_checkpoint_that_another_wrote_meanwhile_is_not_put_in_the_place_of_the_one_that_is_there()
    {
        folder.Create(TableFolder.Add("first")).Commit(1, TableFolder.Add("second"));
        var checkpoint = folder.LogFile("00000000000000000001.checkpoint.parquet");
        var (early, isHeld) = (new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), true);
        var store = new CountingStore(folder.Store)
        {
            BeforeOpen = async key =>
            {
                // By its first commit it has seen that there is no checkpoint.
                if (!isHeld || !key.EndsWith(".json", StringComparison.Ordinal))
                    return;
                isHeld = false;
                await folder.Table.WriteCheckpointAsync(1);
                File.SetLastWriteTimeUtc(checkpoint, early);
            },
        };

        await new DeltaTable(store, TimeProvider.System).WriteCheckpointAsync(1);

        isHeld.ShouldBeFalse();
        File.GetLastWriteTimeUtc(checkpoint).ShouldBe(early);
        (await folder.Table.LoadAsync()).FileCount.ShouldBe(2);
    }

    [Fact]
    public async Task A_checkpoint_that_is_made_from_the_last_one_knows_a_file_by_every_spelling_of_its_path()
    {
        folder.Create(
            TableFolder.Add("a%20b"),
            TableFolder.Add("/x/y"),
            TableFolder.Add("s3a://bucket/t/z%201"),
            TableFolder.Add("S3N://bucket/t/n"),
            TableFolder.Add("kept")
        );
        await folder.Table.WriteCheckpointAsync(0);
        folder.Commit(
            1,
            TableFolder.Remove("a b"),
            TableFolder.Remove("file:///x/y"),
            TableFolder.Remove("s3://bucket/t/z 1"),
            TableFolder.Remove("s3a://bucket/t/n")
        );
        (await folder.Table.LoadAsync()).Files.ShouldHaveSingleItem().Path.ShouldBe("kept");

        await folder.Table.WriteCheckpointAsync(1);

        folder.DeleteCommits(0, 1);
        (await folder.Table.LoadAsync()).Files.ShouldHaveSingleItem().Path.ShouldBe("kept");
    }

    [Fact]
    public async Task Every_tenth_commit_writes_a_checkpoint_and_points_at_it()
    {
        folder.Create();
        var snapshot = await folder.Table.LoadAsync();
        for (var version = 1; version <= 21; version++)
        {
            var transaction = folder.Table.BeginTransaction(snapshot);
            transaction.Add(TableFolder.File($"f{version}"));
            (await transaction.CommitAsync()).CheckpointFailure.ShouldBeNull();
            snapshot = await folder.Table.UpdateAsync(snapshot);
        }

        Directory
            .GetFiles(folder.Log, "*.parquet")
            .Select(Path.GetFileName)
            .Order()
            .ShouldBe(["00000000000000000010.checkpoint.parquet", "00000000000000000020.checkpoint.parquet"]);
        File.ReadAllText(folder.LogFile("_last_checkpoint")).ShouldStartWith("""{"version":20,"size":22,"sizeInBytes":""");
        for (var version = 0; version < 20; version++)
            File.Delete(folder.CommitPath(version));
        (await folder.Table.LoadAsync()).FileCount.ShouldBe(21);
        await folder.Table.LoadAsync(19).ShouldFailAsync(DeltaLogError.MissingCommits);
        (await folder.Table.LoadAsync(5).ShouldFailAsync(DeltaLogError.VersionNotFound)).EarliestVersion.ShouldBe(10);
        (await folder.Table.LoadAsync(100).ShouldFailAsync(DeltaLogError.VersionNotFound)).EarliestVersion.ShouldBeNull();
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_written_does_not_undo_the_commit()
    {
        var options = new DeltaTableOptions { TemporaryFolder = "/proc/no/such/folder" };
        folder.Create();
        var table = new DeltaTable(folder.Store, TimeProvider.System, options);
        var snapshot = await table.LoadAsync();
        var transaction = table.BeginTransaction(snapshot);
        transaction.UpdateMetadata(TableFolder.NewMetadata(("delta.checkpointInterval", "1")));

        var result = await transaction.CommitAsync();

        result.Version.ShouldBe(1);
        result.CheckpointFailure.ShouldNotBeNull();
        (await folder.Table.LatestVersionAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_checkpoint_in_a_remote_store_is_brought_here_to_be_read()
    {
        folder.Create(TableFolder.Add("a"));
        await folder.Table.WriteCheckpointAsync(0);
        File.Delete(folder.CommitPath(0));
        var table = new DeltaTable(new FaultyStore(folder.Store) { IsRemote = true }, TimeProvider.System);

        (await table.LoadAsync()).Files.Single().Path.ShouldBe("a");
    }

    [Fact]
    public async Task Expired_tombstones_are_left_out()
    {
        folder.Create(TableFolder.Add("a"), TableFolder.Add("b"));
        var now = TimeProvider.System.GetUtcNow();
        folder.Commit(1, Removed("a", now.AddDays(-8)), Removed("b", now.AddDays(-6)));

        await folder.Table.WriteCheckpointAsync(1);

        // Protocol, metadata and one tombstone.
        File.ReadAllText(folder.LogFile("_last_checkpoint")).ShouldStartWith("""{"version":1,"size":3,""");

        static string Removed(string path, DateTimeOffset at) =>
            TableFolder.Remove(path).Replace("\"deletionTimestamp\":1", $"\"deletionTimestamp\":{at.ToUnixTimeMilliseconds()}");
    }

    public void Dispose() => folder.Dispose();

    private static string Lines(IEnumerable<DeltaAction> actions) => System.Text.Encoding.UTF8.GetString(ActionWriter.Write(actions).Span);
}
