namespace Tideway.DeltaLog.Tests.LogSegments;

public sealed class LogSegmentTests : IDisposable
{
    private readonly TableFolder folder = new();

    [Fact]
    public async Task A_folder_without_a_log_is_no_table()
    {
        File.WriteAllText(Path.Combine(folder.Path, "part-0.parquet"), "x");

        var failure = await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.NotADeltaTable);

        failure.Message.ShouldContain(folder.Store.Root.ToString());
        (await folder.Table.ExistsAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_no_table()
    {
        var nowhere = new DeltaTable(new Tideway.ObjectStorage.Local.LocalObjectStore(Path.Combine(folder.Path, "nowhere")), TimeProvider.System);

        await nowhere.LoadAsync().ShouldFailAsync(DeltaLogError.NotADeltaTable);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    public async Task A_version_that_is_not_there_is_refused_and_named(long version)
    {
        folder.Create().Commit(1, TableFolder.Add("a")).Commit(2, TableFolder.Add("b"));

        var failure = await folder.Table.LoadAsync(version).ShouldFailAsync(DeltaLogError.VersionNotFound);

        failure.Version.ShouldBe(version);
    }

    [Fact]
    public async Task A_gap_is_refused_and_names_the_versions()
    {
        folder.Create().Commit(1, TableFolder.Add("a")).Commit(4, TableFolder.Add("b"));

        var failure = await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.MissingCommits);

        failure.Message.ShouldContain("versions 2 to 3");
        (await folder.Table.LoadAsync(1)).FileCount.ShouldBe(1);
        await folder.Table.LoadAsync(3).ShouldFailAsync(DeltaLogError.MissingCommits);
    }

    [Fact]
    public async Task A_log_whose_beginning_is_gone_is_refused()
    {
        folder.Create().Commit(1, TableFolder.Add("a")).Commit(2, TableFolder.Add("b"));
        File.Delete(folder.CommitPath(0));

        var failure = await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.MissingCommits);

        failure.Version.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"version":1000,"size":1}""")]
    [InlineData("""{"version":1,"size":1}""")]
    [InlineData("""{"version":-7,"size":1}""")]
    [InlineData("""{"size":1}""")]
    [InlineData("""{"version":"one"}""")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task A_wrong_hint_does_no_harm(string hint)
    {
        folder.Create().Commit(1, TableFolder.Add("a")).Commit(2, TableFolder.Add("b"));
        File.WriteAllText(folder.LogFile("_last_checkpoint"), hint);

        (await folder.Table.LoadAsync()).Version.ShouldBe(2);
    }

    [Fact]
    public async Task Other_files_in_the_log_are_ignored()
    {
        folder.Create().Commit(1, TableFolder.Add("a"));
        foreach (
            var name in new[]
            {
                "00000000000000000001.crc",
                "00000000000000000000.00000000000000000001.compacted.json",
                "notes.txt",
                "1.json",
                "00000000000000000002.json.tmp",
                "00000000000000000002.checkpoint.json",
            }
        )
            File.WriteAllText(folder.LogFile(name), "junk");

        (await folder.Table.LoadAsync()).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_checkpoint_with_a_part_missing_does_not_count()
    {
        folder.Create().Commit(1, TableFolder.Add("a"));
        File.WriteAllText(folder.LogFile("00000000000000000001.checkpoint.0000000001.0000000002.parquet"), "junk");

        (await folder.Table.LoadAsync()).FileCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_cut_off_in_its_last_line_is_refused_with_file_and_line()
    {
        folder.Create().Commit(1, TableFolder.Add("a"), TableFolder.Add("b"));
        var text = File.ReadAllText(folder.CommitPath(1));
        File.WriteAllText(folder.CommitPath(1), text[..^20]);

        var failure = await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog);

        failure.Message.ShouldContain("Line 2 of '_delta_log/00000000000000000001.json'");
        failure.File.ShouldBe("_delta_log/00000000000000000001.json");
        failure.Version.ShouldBe(1);
    }

    [Fact]
    public async Task An_empty_commit_is_refused()
    {
        folder.Create();
        File.WriteAllText(folder.CommitPath(1), "");

        (await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_gone_around_where_the_commits_are_left()
    {
        folder.Create().Commit(1, TableFolder.Add("a")).Commit(2, TableFolder.Add("b")).Commit(3, TableFolder.Add("c"));
        await folder.Table.WriteCheckpointAsync(1);
        await folder.Table.WriteCheckpointAsync(2);
        File.WriteAllText(folder.LogFile("00000000000000000002.checkpoint.parquet"), "junk");

        (await folder.Table.LoadAsync()).FileCount.ShouldBe(3);
        (await folder.Table.LoadDescriptionAsync(3)).Metadata.Id.ShouldBe("t1");
        (await folder.Table.HistoryAsync().ToListAsync()).Count.ShouldBe(4);

        File.WriteAllText(folder.LogFile("00000000000000000001.checkpoint.parquet"), "junk");
        (await folder.Table.LoadAsync()).FileCount.ShouldBe(3);
    }

    [Fact]
    public async Task A_checkpoint_whose_sidecar_is_gone_is_gone_around_where_the_commits_are_left()
    {
        folder.Create().Commit(1, TableFolder.Add("a"));
        File.WriteAllText(
            folder.LogFile("00000000000000000001.checkpoint.3a0d65cd-4056-49b8-937b-95f9e3ee90e5.json"),
            string.Join(
                '\n',
                TableFolder.Protocol,
                TableFolder.Metadata,
                """{"checkpointMetadata":{"version":1}}""",
                """{"sidecar":{"path":"gone.parquet","sizeInBytes":1,"modificationTime":1}}"""
            )
        );

        (await folder.Table.LoadAsync()).FileCount.ShouldBe(1);

        File.Delete(folder.CommitPath(0));
        (await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog)).Message.ShouldContain("gone.parquet");
    }

    [Fact]
    public async Task A_checkpoint_that_is_no_parquet_is_refused_and_named_where_the_commits_are_gone()
    {
        folder.Create();
        File.WriteAllText(folder.LogFile("00000000000000000000.checkpoint.parquet"), "junk");
        File.Delete(folder.CommitPath(0));

        (await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog)).File.ShouldBe("_delta_log/00000000000000000000.checkpoint.parquet");
    }

    public void Dispose() => folder.Dispose();
}
