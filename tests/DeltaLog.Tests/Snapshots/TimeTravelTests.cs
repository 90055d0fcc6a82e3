namespace Tideway.DeltaLog.Tests.Snapshots;

public sealed class TimeTravelTests : IDisposable
{
    private readonly TableFolder folder = new();

    [Theory]
    [InlineData(999.0, null, 0L)]
    [InlineData(1000.0, 0L, 0L)]
    [InlineData(1500.0, 0L, 1L)]
    [InlineData(2000.0, 1L, 1L)]
    [InlineData(2000.001, 2L, 2L)]
    [InlineData(2000.002, 3L, 3L)]
    [InlineData(2500.0, 3L, 4L)]
    [InlineData(3000.0, 4L, 4L)]
    [InlineData(9999.0, 4L, null)]
    public async Task A_moment_leads_to_the_versions_around_it(double seconds, long? before, long? after)
    {
        // Version 2 claims the same moment as 1, and 3 an earlier one: both count as just after 1.
        folder.Create().Commit(1, TableFolder.Add("a")).Commit(2, TableFolder.Add("b")).Commit(3, TableFolder.Add("c")).Commit(4, TableFolder.Add("d"));
        folder.At(0, 1000).At(1, 2000).At(2, 2000).At(3, 1200).At(4, 3000);
        var moment = DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(seconds * 1000));

        (await folder.Table.VersionAtOrBeforeAsync(moment)).ShouldBe(before);
        (await folder.Table.VersionAtOrAfterAsync(moment)).ShouldBe(after);
    }

    [Fact]
    public async Task What_is_told_in_milliseconds_finds_the_version_again()
    {
        folder.Create().Commit(1, TableFolder.Add("a"));
        folder.At(0, 1000).At(1, 2000.1234567);

        var told = DateTimeOffset.FromUnixTimeMilliseconds((await folder.Table.LoadAsync()).Timestamp.ToUnixTimeMilliseconds());

        (await folder.Table.VersionAtOrBeforeAsync(told)).ShouldBe(1);
        (await folder.Table.VersionAtOrAfterAsync(told)).ShouldBe(1);
        (await folder.Table.ReadChangesAsync(1).SingleAsync()).Timestamp.ShouldBe(told);
    }

    [Fact]
    public async Task In_commit_timestamps_count_from_the_version_that_enabled_them()
    {
        folder.Create().Commit(1, TableFolder.Add("a"));
        folder.Commit(
            2,
            """{"commitInfo":{"inCommitTimestamp":5000000}}""",
            """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}""",
            TableFolder.Metadata.Replace(
                "\"configuration\":{}",
                "\"configuration\":{\"delta.enableInCommitTimestamps\":\"true\",\"delta.inCommitTimestampEnablementVersion\":\"2\",\"delta.inCommitTimestampEnablementTimestamp\":\"5000000\"}"
            )
        );
        folder.Commit(3, """{"commitInfo":{"inCommitTimestamp":6000000}}""", TableFolder.Add("b"));
        folder.At(0, 1000).At(1, 2000).At(2, 100).At(3, 100);

        (await folder.Table.LoadAsync()).Timestamp.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(6000));
        (await folder.Table.VersionAtOrBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(4999))).ShouldBe(1);
        (await folder.Table.VersionAtOrBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(5000))).ShouldBe(2);
        (await folder.Table.VersionAtOrAfterAsync(DateTimeOffset.FromUnixTimeSeconds(5001))).ShouldBe(3);
    }

    [Fact]
    public async Task In_commit_timestamps_count_even_where_older_commits_were_copied_later()
    {
        folder
            .Create()
            .Commit(
                1,
                """{"commitInfo":{"inCommitTimestamp":5000000}}""",
                """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}""",
                TableFolder.Metadata.Replace(
                    "\"configuration\":{}",
                    "\"configuration\":{\"delta.enableInCommitTimestamps\":\"true\",\"delta.inCommitTimestampEnablementVersion\":\"1\",\"delta.inCommitTimestampEnablementTimestamp\":\"5000000\"}"
                )
            );
        folder.At(0, 9000).At(1, 9000);

        (await folder.Table.VersionAtOrBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(6000))).ShouldBe(1);
        (await folder.Table.VersionAtOrAfterAsync(DateTimeOffset.FromUnixTimeSeconds(5000))).ShouldBe(1);
    }

    [Fact]
    public async Task A_version_that_can_no_longer_be_loaded_is_not_given()
    {
        folder.Create().Commit(1, TableFolder.Add("a")).Commit(2, TableFolder.Add("b")).Commit(3, TableFolder.Add("c"));
        await folder.Table.WriteCheckpointAsync(2);
        folder.At(0, 1000).At(1, 2000).At(2, 3000).At(3, 4000);
        File.Delete(folder.CommitPath(0));

        (await folder.Table.VersionAtOrBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(2500))).ShouldBeNull();
        (await folder.Table.VersionAtOrBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(3500))).ShouldBe(2);
        (await folder.Table.VersionAtOrAfterAsync(DateTimeOffset.FromUnixTimeSeconds(1500))).ShouldBe(1);
    }

    [Fact]
    public async Task The_latest_version_is_found_from_any_older_one()
    {
        folder.Create();
        for (var version = 1; version <= 50; version++)
            folder.Commit(version, TableFolder.Add($"f{version}"));

        (await folder.Table.LatestVersionAsync(0)).ShouldBe(50);
        (await folder.Table.LatestVersionAsync(48)).ShouldBe(50);
        (await folder.Table.LatestVersionAsync(50)).ShouldBe(50);
        (await folder.Table.LatestVersionAsync()).ShouldBe(50);
    }

    [Fact]
    public async Task History_lists_commits_newest_first()
    {
        folder.Create().Commit(1, TableFolder.Add("a"), """{"commitInfo":{"operation":"WRITE"}}""").Commit(2, """{"commitInfo":{"operation":"MERGE"}}""");

        var history = await folder.Table.HistoryAsync().ToListAsync();

        history.Select(entry => (entry.Version, entry.Info?.Operation)).ShouldBe([(2, "MERGE"), (1, "WRITE"), (0, null)]);
    }

    public void Dispose() => folder.Dispose();
}
