namespace Tideway.DeltaLog.Tests.Checkpoints;

public sealed class V2CheckpointTests : IDisposable
{
    private const string Protocol =
        """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"],"writerFeatures":["v2Checkpoint","domainMetadata"]}}""";

    private readonly ManualTime time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly TableFolder folder;

    public V2CheckpointTests() => folder = new TableFolder(time);

    [Fact]
    public async Task A_table_that_asks_for_it_gets_a_checkpoint_with_sidecars()
    {
        Create("v2");
        folder.Commit(1, TableFolder.Remove("b"), TableFolder.Add("c"));

        await folder.Table.WriteCheckpointAsync(1);

        var names = Names();
        names.ShouldContain(name => name.StartsWith("00000000000000000001.checkpoint.", StringComparison.Ordinal) && name.Length > 60);
        names.ShouldContain("00000000000000000001.checkpoint.parquet");
        Directory.GetFiles(folder.LogFile("_sidecars")).ShouldHaveSingleItem();
        File.Delete(folder.CommitPath(0));
        File.Delete(folder.CommitPath(1));
        File.Delete(folder.LogFile("00000000000000000001.checkpoint.parquet"));
        var snapshot = await folder.Table.LoadAsync();
        snapshot.Files.Select(file => file.Path).ShouldBe(["a", "c"]);
        snapshot.Transactions["sync"].ShouldBe(9);
        snapshot.DomainMetadata["d"].Configuration.ShouldBe("{}");
    }

    [Fact]
    public async Task The_next_checkpoint_is_made_from_the_sidecars_of_the_last_one()
    {
        Create("v2");
        await folder.Table.WriteCheckpointAsync(0);
        folder.Commit(1, TableFolder.Remove("b"), TableFolder.Add("c"));

        await folder.Table.WriteCheckpointAsync(1);

        folder.DeleteCommits(0, 1);
        (await folder.Table.LoadAsync()).Files.Select(file => file.Path).ShouldBe(["a", "c"]);
        Names().Count(name => name.EndsWith(".checkpoint.parquet", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData("classic")]
    [InlineData(null)]
    public async Task Without_the_policy_a_checkpoint_is_classic(string? policy)
    {
        Create(policy);

        await folder.Table.WriteCheckpointAsync(0);

        Names().Where(name => name.Contains("checkpoint.", StringComparison.Ordinal)).ShouldBe(["00000000000000000000.checkpoint.parquet"]);
        Directory.Exists(folder.LogFile("_sidecars")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_table_without_files_gets_no_sidecars()
    {
        folder.Commit(0, Protocol, TableFolder.Metadata.Replace("\"configuration\":{}", "\"configuration\":{\"delta.checkpointPolicy\":\"v2\"}"));

        await folder.Table.WriteCheckpointAsync(0);

        Directory.Exists(folder.LogFile("_sidecars")).ShouldBeFalse();
        folder.DeleteCommits(0);
        (await folder.Table.LoadAsync()).FileCount.ShouldBe(0);
    }

    [Fact]
    public async Task Sidecars_that_no_checkpoint_names_are_deleted_once_they_are_old()
    {
        Create("v2");
        await folder.Table.WriteCheckpointAsync(0);
        var named = Directory.GetFiles(folder.LogFile("_sidecars")).Single();
        var (stray, young) = (Path.Combine(folder.LogFile("_sidecars"), "stray.parquet"), Path.Combine(folder.LogFile("_sidecars"), "young.parquet"));
        File.WriteAllText(stray, "");
        File.WriteAllText(young, "");
        File.SetLastWriteTimeUtc(named, time.Now.UtcDateTime.AddDays(-9));
        File.SetLastWriteTimeUtc(stray, time.Now.UtcDateTime.AddDays(-9));
        File.SetLastWriteTimeUtc(young, time.Now.UtcDateTime.AddHours(-20));
        folder.Commit(1, TableFolder.Add("c"));

        await folder.Table.WriteCheckpointAsync(1);

        File.Exists(named).ShouldBeTrue();
        File.Exists(stray).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
    }

    public void Dispose() => folder.Dispose();

    private void Create(string? policy) =>
        folder.Commit(
            0,
            Protocol,
            TableFolder.Metadata.Replace(
                "\"configuration\":{}",
                policy is null ? "\"configuration\":{}" : $"\"configuration\":{{\"delta.checkpointPolicy\":\"{policy}\"}}"
            ),
            TableFolder.Add("a"),
            TableFolder.Add("b"),
            """{"txn":{"appId":"sync","version":9}}""",
            """{"domainMetadata":{"domain":"d","configuration":"{}","removed":false}}"""
        );

    private List<string> Names() => [.. Directory.GetFiles(folder.Log).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
