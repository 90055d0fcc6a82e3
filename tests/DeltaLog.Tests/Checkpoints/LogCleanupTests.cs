namespace Tideway.DeltaLog.Tests.Checkpoints;

public sealed class LogCleanupTests : IDisposable
{
    private static readonly DateTimeOffset Today = DateTimeOffset.UnixEpoch.AddDays(20_000);

    private readonly ManualTime time = new(Today.AddHours(15));
    private readonly TableFolder folder;

    public LogCleanupTests() => folder = new TableFolder(time);

    [Fact]
    public async Task Commits_before_the_last_checkpoint_that_is_old_enough_are_deleted()
    {
        // One commit a day; versions 0 to 9 lie back 40 to 31 days, checkpoints at 4 and 9.
        await FillAsync(20, version => Today.AddDays(version - 40), 4, 9);
        File.WriteAllText(folder.LogFile("00000000000000000003.crc"), "{}");
        File.WriteAllText(folder.LogFile("00000000000000000002.00000000000000000004.compacted.json"), "{}");

        await folder.Table.WriteCheckpointAsync(19);

        // The newest commit not newer than midnight 30 days ago is 10; the checkpoint before it is 9.
        Versions("*.json").ShouldBe([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
        Versions("*.checkpoint.parquet").ShouldBe([9, 19]);
        Directory.GetFiles(folder.Log, "*.crc").ShouldBeEmpty();
        for (var version = 9; version < 20; version++)
            (await folder.Table.LoadAsync(version)).FileCount.ShouldBe(version + 1);
    }

    [Fact]
    public async Task Nothing_is_deleted_where_no_checkpoint_is_old_enough()
    {
        await FillAsync(20, version => Today.AddDays(version - 40), 15);

        await folder.Table.WriteCheckpointAsync(19);

        Versions("*.json").Count.ShouldBe(20);
    }

    [Fact]
    public async Task Days_count_whole()
    {
        // All at 1 o'clock of the day 30 days ago, after midnight.
        await FillAsync(6, _ => Today.AddDays(-30).AddHours(1), 4);

        await folder.Table.WriteCheckpointAsync(5);
        Versions("*.json").Count.ShouldBe(6);
        time.Now = Today.AddDays(1);
        File.Delete(folder.LogFile("00000000000000000005.checkpoint.parquet"));
        await folder.Table.WriteCheckpointAsync(5);

        Versions("*.json").ShouldBe([5]);
    }

    [Theory]
    [InlineData("delta.enableExpiredLogCleanup", "false")]
    [InlineData("delta.logRetentionDuration", "interval 60 days")]
    public async Task A_table_that_keeps_its_log_keeps_it(string property, string value)
    {
        await FillAsync(20, version => Today.AddDays(version - 40), [9], (property, value));

        await folder.Table.WriteCheckpointAsync(19);

        Versions("*.json").Count.ShouldBe(20);
    }

    [Fact]
    public async Task A_commit_that_was_touched_later_keeps_those_after_it()
    {
        await FillAsync(20, version => version == 3 ? Today : Today.AddDays(version - 40), 2, 9);

        await folder.Table.WriteCheckpointAsync(19);

        Versions("*.json").ShouldBe(Enumerable.Range(2, 18).Select(version => (long)version));
    }

    public void Dispose() => folder.Dispose();

    private Task FillAsync(int count, Func<int, DateTimeOffset> at, params int[] checkpoints) => FillAsync(count, at, checkpoints, ("k", "v"));

    private async Task FillAsync(int count, Func<int, DateTimeOffset> at, int[] checkpoints, (string Key, string Value) property)
    {
        folder.Commit(
            0,
            TableFolder.Protocol,
            TableFolder.Metadata.Replace("\"configuration\":{}", $"\"configuration\":{{\"{property.Key}\":\"{property.Value}\"}}"),
            TableFolder.Add("f0")
        );
        for (var version = 1; version < count; version++)
            folder.Commit(version, TableFolder.Add($"f{version}"));
        foreach (var version in checkpoints)
            await folder.Table.WriteCheckpointAsync(version);
        for (var version = 0; version < count; version++)
            folder.At(version, (at(version) - DateTimeOffset.UnixEpoch).TotalSeconds);
    }

    private List<long> Versions(string pattern) =>
        [
            .. Directory
                .GetFiles(folder.Log, pattern)
                .Select(path => Path.GetFileName(path))
                .Where(name => name.Split('.').Length <= 3)
                .Select(name => long.Parse(name[..20]))
                .Order(),
        ];
}
