using Tideway.Testing.Stores;

namespace Tideway.DeltaLog.Tests.Snapshots;

/// <summary>A log of 5,000 commits is not read whole, nor listed whole where its last checkpoint is known.</summary>
public sealed class LongLogTests : IDisposable
{
    private const int Commits = 5000;
    private const int Checkpoint = 4990;

    private readonly TableFolder folder = new();
    private readonly CountingStore store;
    private readonly DeltaTable table;

    public LongLogTests()
    {
        store = new CountingStore(folder.Store);
        table = new DeltaTable(store, TimeProvider.System);
    }

    [Fact]
    public async Task The_latest_version_is_found_by_listing_only_what_follows_the_last_checkpoint()
    {
        await WriteAsync(inCommitTimes: false);

        var snapshot = await table.LoadAsync();

        (snapshot.Version, snapshot.FileCount).ShouldBe((Commits, Commits));
        store.Listed.ShouldBeLessThan(20);
        store.OpenedCommits.Distinct().Count().ShouldBe(Commits - Checkpoint);
        store.Reset();
        (await table.LatestVersionAsync()).ShouldBe(Commits);
        store.Listed.ShouldBeLessThan(20);
    }

    [Fact]
    public async Task An_older_version_is_found_by_listing_what_leads_up_to_it()
    {
        await WriteAsync(inCommitTimes: false);
        await folder.Table.WriteCheckpointAsync(2000);
        await PointAtAsync(Checkpoint);

        (await table.LoadAsync(2010)).FileCount.ShouldBe(2010);

        store.Listed.ShouldBeLessThan(300);
        // The newest is looked at twice where it was made a moment ago.
        store.OpenedCommits.Distinct().Count().ShouldBe(10);
        store.Reset();
        (await table.LoadAsync(7)).FileCount.ShouldBe(7);
        store.Listed.ShouldBeLessThan(20);
        store.OpenedCommits.Distinct().Count().ShouldBe(8);
    }

    [Fact]
    public async Task A_moment_is_searched_for_in_few_commits_and_no_listing_where_they_tell_their_times()
    {
        await WriteAsync(inCommitTimes: true);
        var latest = await table.LoadAsync();

        foreach (var version in (long[])[5000, 4999, 4321, 2500, 17, 1])
        {
            store.Reset();
            (await table.VersionAtOrAfterAsync(TimeOf(version).AddMilliseconds(-1), latest)).ShouldBe(version);
            store.OpenedCommits.Count.ShouldBeLessThan(30);
            store.Listed.ShouldBe(0);

            store.Reset();
            (await table.VersionAtOrBeforeAsync(TimeOf(version).AddMilliseconds(1), latest)).ShouldBe(version);
            store.OpenedCommits.Count.ShouldBeLessThan(30);
        }

        (await table.VersionAtOrBeforeAsync(TimeOf(0).AddMilliseconds(-1), latest)).ShouldBeNull();
        (await table.VersionAtOrAfterAsync(TimeOf(Commits).AddMilliseconds(1), latest)).ShouldBeNull();
    }

    [Fact]
    public async Task A_moment_is_searched_for_where_the_log_was_cleaned_up()
    {
        await WriteAsync(inCommitTimes: true);
        folder.DeleteCommits([.. Enumerable.Range(0, 4500).Select(version => (long)version)]);
        var latest = await table.LoadAsync();
        store.Reset();

        (await table.VersionAtOrAfterAsync(TimeOf(3), latest)).ShouldBe(4500);
        (await table.VersionAtOrBeforeAsync(TimeOf(3), latest)).ShouldBeNull();
        (await table.VersionAtOrBeforeAsync(TimeOf(4600), latest)).ShouldBeNull();
        (await table.VersionAtOrBeforeAsync(TimeOf(4995), latest)).ShouldBe(4995);
        store.OpenedCommits.Count.ShouldBeLessThan(120);
    }

    [Fact]
    public async Task Times_of_files_are_listed_and_no_commit_is_read()
    {
        await WriteAsync(inCommitTimes: false);
        for (var version = 0; version <= Commits; version++)
            folder.At(version, 1000 + version);
        // It claims an earlier moment than the one before, and counts as just after it.
        folder.At(4000, 10);
        var latest = await table.LoadAsync();
        store.Reset();

        (await table.VersionAtOrBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(1000 + 3999), latest)).ShouldBe(3999);
        (await table.VersionAtOrAfterAsync(DateTimeOffset.FromUnixTimeSeconds(1000 + 3999).AddMilliseconds(1), latest)).ShouldBe(4000);
        (await table.VersionAtOrAfterAsync(DateTimeOffset.FromUnixTimeSeconds(11), latest)).ShouldBe(0);

        store.OpenedCommits.ShouldBeEmpty();
    }

    [Fact]
    public async Task History_reads_no_more_commits_than_it_is_asked_for()
    {
        await WriteAsync(inCommitTimes: true);

        var newest = await table.HistoryAsync().Take(3).ToListAsync();

        newest.Select(commit => (commit.Version, commit.Timestamp)).ShouldBe([(5000, TimeOf(5000)), (4999, TimeOf(4999)), (4998, TimeOf(4998))]);
        store.OpenedCommits.Count.ShouldBeLessThan(20);
        store.Listed.ShouldBeLessThan(50);
    }

    public void Dispose() => folder.Dispose();

    private static DateTimeOffset TimeOf(long version) => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + (version * 1000));

    private async Task WriteAsync(bool inCommitTimes)
    {
        string[] first = inCommitTimes
            ?
            [
                """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}""",
                TableFolder.Metadata.Replace(
                    "\"configuration\":{}",
                    "\"configuration\":{\"delta.enableInCommitTimestamps\":\"true\"}",
                    StringComparison.Ordinal
                ),
            ]
            : [TableFolder.Protocol, TableFolder.Metadata];
        folder.Commit(0, [Info(0), .. first]);
        for (var version = 1; version <= Commits; version++)
            folder.Commit(version, Info(version), TableFolder.Add($"f{version}"));
        await folder.Table.WriteCheckpointAsync(Checkpoint);
    }

    private static string Info(long version) => $$$"""{"commitInfo":{"inCommitTimestamp":{{{TimeOf(version).ToUnixTimeMilliseconds()}}}}}""";

    private Task PointAtAsync(long version) => File.WriteAllTextAsync(folder.LogFile("_last_checkpoint"), $$"""{"version":{{version}},"size":1}""");
}
