namespace Tideway.DeltaLog.Tests.LogSegments;

public sealed class CompactionTests : IDisposable
{
    private readonly TableFolder folder = new();

    public CompactionTests() =>
        folder
            .Create()
            .Commit(1, TableFolder.Add("a"))
            .Commit(2, TableFolder.Remove("a"), TableFolder.Add("b"))
            .Commit(3, TableFolder.Add("c"))
            .Commit(4, TableFolder.Add("d"));

    [Fact]
    public async Task A_compaction_is_read_in_place_of_its_commits()
    {
        Compact(1, 3, TableFolder.Remove("a"), TableFolder.Add("b"), TableFolder.Add("c"));
        // What is not read may be damaged.
        File.WriteAllText(folder.CommitPath(2), "damaged");

        (await PathsAsync(null)).ShouldBe(["b", "c", "d"]);
        (await PathsAsync(3)).ShouldBe(["b", "c"]);
        (await PathsAsync(1)).ShouldBe(["a"]);
        await folder.Table.LoadAsync(2).ShouldFailAsync(DeltaLogError.CorruptLog);
    }

    [Fact]
    public async Task The_longest_compaction_is_taken_and_others_where_they_fit()
    {
        Compact(1, 2, TableFolder.Add("b"));
        Compact(0, 2, TableFolder.Protocol, TableFolder.Metadata, TableFolder.Add("b"));
        Compact(3, 4, TableFolder.Add("c"), TableFolder.Add("d"));
        for (var version = 0; version <= 4; version++)
            File.WriteAllText(folder.CommitPath(version), "damaged");

        (await PathsAsync(null)).ShouldBe(["b", "c", "d"]);
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("")]
    public async Task A_damaged_compaction_does_no_harm(string content)
    {
        File.WriteAllText(Path(1, 3), content);

        (await PathsAsync(null)).ShouldBe(["b", "c", "d"]);
    }

    [Fact]
    public async Task A_compaction_that_reaches_past_a_checkpoint_is_not_read()
    {
        await folder.Table.WriteCheckpointAsync(2);
        Compact(1, 3, TableFolder.Add("wrong"));

        (await PathsAsync(null)).ShouldBe(["b", "c", "d"]);
    }

    [Fact]
    public async Task Staged_commits_are_not_read()
    {
        var staged = Directory.CreateDirectory(folder.LogFile("_staged_commits")).FullName;
        File.WriteAllText(System.IO.Path.Combine(staged, "00000000000000000005.3a0d65cd-4056-49b8-937b-95f9e3ee90e5.json"), TableFolder.Add("staged"));

        (await folder.Table.LoadAsync()).Version.ShouldBe(4);
    }

    public void Dispose() => folder.Dispose();

    private void Compact(long first, long last, params string[] lines) => File.WriteAllText(Path(first, last), string.Join('\n', lines) + "\n");

    private string Path(long first, long last) => folder.LogFile($"{first:D20}.{last:D20}.compacted.json");

    private async Task<List<string>> PathsAsync(long? version) => [.. (await folder.Table.LoadAsync(version)).Files.Select(file => file.Path)];
}
