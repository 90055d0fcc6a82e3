using Tideway.Testing.Stores;

namespace Tideway.DeltaLog.Tests.Snapshots;

public sealed class SnapshotTests : IDisposable
{
    private readonly TableFolder folder = new();

    [Fact]
    public async Task A_snapshot_tells_what_the_log_says()
    {
        folder
            .Create(
                TableFolder.Add("b", ",\"stats\":\"{\\\"numRecords\\\":3}\""),
                TableFolder.Add("a", ",\"stats\":\"{\\\"numRecords\\\":4}\""),
                """{"txn":{"appId":"sync","version":9}}"""
            )
            .At(0, 1000);

        var snapshot = await folder.Table.LoadAsync();

        snapshot.Version.ShouldBe(0);
        snapshot.Timestamp.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1000));
        snapshot.Metadata.Id.ShouldBe("t1");
        snapshot.Schema.Fields.Single().Name.ShouldBe("id");
        snapshot.Transactions["sync"].ShouldBe(9);
        snapshot.Files.Select(file => file.Path).ShouldBe(["a", "b"]);
        (snapshot.FileCount, snapshot.TotalBytes, snapshot.NumRecords).ShouldBe((2, 20, 7));
    }

    [Fact]
    public async Task The_number_of_rows_is_unknown_where_a_file_does_not_tell()
    {
        folder.Create(TableFolder.Add("b", ",\"stats\":\"{\\\"numRecords\\\":3}\""), TableFolder.Add("a", ",\"stats\":\"nonsense\""));

        (await folder.Table.LoadAsync()).NumRecords.ShouldBeNull();
    }

    [Fact]
    public async Task Bringing_a_snapshot_up_to_date_equals_loading_it_anew()
    {
        folder.Create();
        var random = new Random(7);
        var updated = await folder.Table.LoadAsync();
        var alive = new List<string>();
        for (var version = 1; version <= 300; version++)
        {
            var lines = new List<string>();
            var older = alive.Count;
            for (var index = 0; index < 30; index++)
            {
                if (older > 20 && random.Next(3) == 0)
                {
                    var victim = random.Next(older--);
                    lines.Add(TableFolder.Remove(alive[victim]));
                    alive.RemoveAt(victim);
                }
                else
                {
                    var path = $"{random.Next(1_000_000):D6}-{version}-{index}";
                    lines.Add(TableFolder.Add(path));
                    alive.Add(path);
                }
            }

            folder.Commit(version, [.. lines]);
            if (version % 3 == 0)
                updated = await folder.Table.UpdateAsync(updated);
        }

        var loaded = await folder.Table.LoadAsync();

        updated.Version.ShouldBe(300);
        updated.Files.Select(file => file.Path).ShouldBe(loaded.Files.Select(file => file.Path));
        loaded.Files.Select(file => file.Path).ShouldBe(alive.Order(StringComparer.Ordinal));
        (updated.FileCount, updated.TotalBytes).ShouldBe((alive.Count, alive.Count * 10));
    }

    [Fact]
    public async Task A_snapshot_without_news_is_the_same_object()
    {
        var snapshot = await folder.Create().Table.LoadAsync();

        (await folder.Table.UpdateAsync(snapshot)).ShouldBeSameAs(snapshot);
    }

    [Fact]
    public async Task A_table_that_was_made_anew_is_noticed()
    {
        folder.Create(TableFolder.Add("old")).At(0, 1000);
        var snapshot = await folder.Table.LoadAsync();
        (await folder.Table.IsSameAsync(snapshot)).ShouldBeTrue();
        Directory.Delete(folder.Log, recursive: true);
        folder.Create(TableFolder.Add("new")).At(0, 2000);

        (await folder.Table.IsSameAsync(snapshot)).ShouldBeFalse();
        (await folder.Table.UpdateAsync(snapshot)).Files.Single().Path.ShouldBe("new");
    }

    // Stores list milliseconds, and tell of one object in a header that has seconds.
    [Fact]
    public async Task A_table_is_the_same_in_a_store_whose_lists_tell_finer_times_than_a_look_at_one_object()
    {
        folder.Create(TableFolder.Add("first")).At(0, 1_700_000_000.821);
        var store = new CountingStore(folder.Store) { OfOne = found => found with { LastModified = WholeSeconds(found.LastModified) } };
        var table = new DeltaTable(store, TimeProvider.System);
        var snapshot = await table.LoadAsync();

        (await table.IsSameAsync(snapshot)).ShouldBeTrue();
        folder.At(0, 1_700_000_002.821);
        (await table.IsSameAsync(snapshot)).ShouldBeFalse();

        static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_table_is_the_same_where_the_cleanup_of_its_log_took_the_commit_and_not_where_it_was_made_anew()
    {
        folder.Create(TableFolder.Add("first")).Commit(1, TableFolder.Add("second")).Commit(2, TableFolder.Add("third"));
        var snapshot = await folder.Table.LoadAsync(1);
        await folder.Table.WriteCheckpointAsync(2);
        File.Delete(folder.CommitPath(0));
        File.Delete(folder.CommitPath(1));
        (await folder.Table.IsSameAsync(snapshot)).ShouldBeTrue();

        Directory.Delete(folder.Log, recursive: true);
        (await folder.Table.IsSameAsync(snapshot)).ShouldBeFalse("there is no table");
        folder.Create(TableFolder.Add("new"));
        (await folder.Table.IsSameAsync(snapshot)).ShouldBeFalse("it never had that version");
        folder.Commit(2, TableFolder.Protocol, TableFolder.Metadata.Replace("t1", "t2", StringComparison.Ordinal)).Commit(1, TableFolder.Add("more"));
        await folder.Table.WriteCheckpointAsync(2);
        File.Delete(folder.CommitPath(1));
        (await folder.Table.IsSameAsync(snapshot)).ShouldBeFalse("it has another id");
    }

    [Fact]
    public async Task A_table_is_the_same_still_after_further_commits_and_where_no_commit_tells()
    {
        folder.Create(TableFolder.Add("first"));
        var before = await folder.Table.LoadAsync();
        folder.Commit(1, TableFolder.Add("second"));
        await folder.Table.WriteCheckpointAsync(1);
        File.Delete(folder.CommitPath(1));
        var ofCheckpoint = await folder.Table.LoadAsync();

        (await folder.Table.IsSameAsync(before)).ShouldBeTrue();
        (await folder.Table.IsSameAsync(ofCheckpoint)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_same_path_written_differently_is_the_same_file()
    {
        folder.Create(TableFolder.Add("a%20b"), TableFolder.Add("/x/y")).Commit(1, TableFolder.Remove("a b"), TableFolder.Remove("file:///x/y"));

        (await folder.Table.LoadAsync()).FileCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_removed_and_added_in_one_commit_with_another_vector_stays()
    {
        const string Vector = ",\"deletionVector\":{\"storageType\":\"u\",\"pathOrInlineDv\":\"ab^-aqEH.-t@S}K{vb[*k^\",\"sizeInBytes\":40,\"cardinality\":6}";
        folder.Create(TableFolder.Add("a")).Commit(1, TableFolder.Add("a", Vector), TableFolder.Remove("a"));

        (await folder.Table.LoadAsync()).Files.Single().DeletionVector!.Cardinality.ShouldBe(6);
    }

    [Theory]
    [InlineData("""{"protocol":{"minReaderVersion":4,"minWriterVersion":7}}""", "reader version 4")]
    [InlineData(
        """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["telepathy","deletionVectors"],"writerFeatures":["telepathy"]}}""",
        "telepathy"
    )]
    [InlineData(
        """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["catalogManaged"],"writerFeatures":["catalogManaged"]}}""",
        "catalogManaged (only the table's catalog knows its latest commits)"
    )]
    [InlineData(
        """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["catalogOwned-preview"],"writerFeatures":["catalogOwned-preview"]}}""",
        "catalogOwned-preview"
    )]
    [InlineData("""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["geospatial"],"writerFeatures":["geospatial"]}}""", "geospatial")]
    public async Task What_is_not_understood_is_refused_by_name(string protocol, string name)
    {
        folder.Commit(0, protocol, TableFolder.Metadata);

        (await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.UnsupportedReaderFeature)).Message.ShouldContain(name);
    }

    [Fact]
    public async Task A_feature_for_writers_only_does_not_keep_readers_out()
    {
        folder.Commit(0, """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["telepathy"]}}""", TableFolder.Metadata);

        (await folder.Table.LoadAsync()).Version.ShouldBe(0);
    }

    [Theory]
    [InlineData(TableFolder.Protocol, "metaData")]
    [InlineData(TableFolder.Metadata, "protocol")]
    public async Task A_log_without_protocol_or_metadata_is_refused(string line, string missing)
    {
        folder.Commit(0, line);

        (await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog)).Message.ShouldContain(missing);
    }

    public void Dispose() => folder.Dispose();
}
