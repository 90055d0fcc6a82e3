using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.Testing.Stores;

namespace Tideway.DeltaLog.Tests.Changes;

public sealed class ChangesTests : IDisposable
{
    private static readonly string FeedOn = TableFolder.Metadata.Replace("\"configuration\":{}", "\"configuration\":{\"delta.enableChangeDataFeed\":\"true\"}");

    private readonly TableFolder folder = new();

    [Fact]
    public async Task Each_version_tells_what_it_did()
    {
        folder.Commit(0, TableFolder.Protocol, FeedOn, TableFolder.Add("a"));
        folder.Commit(1, TableFolder.Remove("a"), TableFolder.Add("b"), TableFolder.Add("c").Replace("\"dataChange\":true", "\"dataChange\":false"));
        folder.Commit(
            2,
            TableFolder.Remove("b"),
            """{"cdc":{"path":"_change_data/x","partitionValues":{},"size":1,"dataChange":false}}""",
            TableFolder.Add("d")
        );
        folder.At(0, 100).At(1, 100).At(2, 50);

        var changes = await folder.Table.ReadChangeDataFeedAsync(0, 2).ToListAsync();

        changes.Select(version => version.Version).ShouldBe([0, 1, 2]);
        changes.Select(version => version.Timestamp.ToUnixTimeMilliseconds()).ShouldBe([100_000, 100_001, 100_002]);
        changes[0].Metadata.ShouldNotBeNull();
        changes[1].ChangeFiles().Select(Path).ShouldBe(["b", "a"]);
        changes[2].ChangeFiles().Select(Path).ShouldBe(["_change_data/x"]);
    }

    [Fact]
    public async Task The_time_of_a_version_is_the_same_whichever_version_is_read_before_it()
    {
        folder.Create(TableFolder.Add("a"));
        for (var version = 1; version <= 5; version++)
            folder.Commit(version, TableFolder.Add("b" + version));
        folder.At(0, 100).At(1, 100).At(2, 100).At(3, 90).At(4, 100).At(5, 200);
        var all = await TimesAsync(0);

        all.ShouldBe([100_000, 100_001, 100_002, 100_003, 100_004, 200_000]);
        for (var from = 1; from <= 5; from++)
        {
            (await TimesAsync(from)).ShouldBe(all.Skip(from));
            (await folder.Table.VersionAtOrAfterAsync(DateTimeOffset.FromUnixTimeMilliseconds(all[from]))).ShouldBe(from);
        }
    }

    [Fact]
    public async Task Times_of_files_that_were_copied_since_do_not_move_in_commit_timestamps()
    {
        const string InCommit = "\"delta.enableInCommitTimestamps\":\"true\",\"delta.inCommitTimestampEnablementVersion\":\"1\"";
        folder.Commit(
            0,
            """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[],"writerFeatures":["inCommitTimestamp"]}}""",
            TableFolder.Metadata
        );
        folder.Commit(
            1,
            """{"commitInfo":{"inCommitTimestamp":5000}}""",
            TableFolder.Metadata.Replace("\"configuration\":{}", $"\"configuration\":{{{InCommit}}}", StringComparison.Ordinal)
        );
        folder.Commit(2, """{"commitInfo":{"inCommitTimestamp":6000}}""", TableFolder.Add("a"));
        folder.At(0, 100).At(1, 100).At(2, 100);

        (await TimesAsync(0)).ShouldBe([100_000, 5_000, 6_000]);
        (await TimesAsync(1)).ShouldBe([5_000, 6_000]);
    }

    [Fact]
    public async Task Who_goes_on_with_a_range_is_told_what_one_reading_tells_and_looks_no_further_than_asked()
    {
        folder.Create(TableFolder.Add("a"));
        for (var version = 1; version <= 30; version++)
            folder.Commit(version, TableFolder.Add("b" + version));
        for (var version = 0; version <= 30; version++)
            folder.At(version, 100);
        var store = new CountingStore(folder.Store);
        var table = new DeltaTable(store, TimeProvider.System);
        var whole = await table.ReadChangesAsync(5, 30).ToListAsync();
        var description = await table.LoadDescriptionAsync(9);
        store.Reset();
        var options = new ChangesOptions
        {
            Description = description,
            After = whole[4].Timestamp,
            Portion = 4,
        };

        var some = await table.ReadChangesAsync(10, 30, options).Take(5).ToListAsync();

        TimesOf(some).ShouldBe(TimesOf(whole.Skip(5).Take(5)));
        store.OpenedCommits.Count.ShouldBe(5);
        // Two portions, and of each the file after it, where listing ends.
        store.Listed.ShouldBeLessThanOrEqualTo(10);
        foreach (var portion in new[] { 1, 4, 21, 100 })
            TimesOf(await table.ReadChangesAsync(10, 30, options with { Portion = portion }).ToListAsync()).ShouldBe(TimesOf(whole.Skip(5)));
        Should.Throw<ArgumentOutOfRangeException>(() => table.ReadChangesAsync(10, 30, options with { Portion = 0 }));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(2, 2)]
    public async Task A_commit_that_is_missing_is_named_before_anything_is_read_or_when_its_portion_is(int? portion, int read)
    {
        folder.Create();
        for (var version = 1; version <= 5; version++)
            folder.Commit(version, TableFolder.Add("a" + version));
        File.Delete(folder.CommitPath(3));
        var seen = 0;

        var failure = await ReadAsync(0, 5).ShouldFailAsync(DeltaLogError.MissingCommits);

        failure.Version.ShouldBe(3);
        seen.ShouldBe(read);
        (await ReadAsync(1, 3).ShouldFailAsync(DeltaLogError.MissingCommits)).Version.ShouldBe(3);

        async Task ReadAsync(long from, long to)
        {
            await foreach (var _ in folder.Table.ReadChangesAsync(from, to, new ChangesOptions { Portion = portion }))
                seen++;
        }
    }

    [Fact]
    public async Task The_feed_is_refused_where_it_was_off_at_the_start()
    {
        folder.Create(TableFolder.Add("a")).Commit(1, FeedOn).Commit(2, TableFolder.Add("b"));

        (await folder.Table.ReadChangeDataFeedAsync(0).ToListAsync().ShouldFailAsync(DeltaLogError.ChangeDataFeedDisabled)).Version.ShouldBe(0);
        (await folder.Table.ReadChangeDataFeedAsync(1).ToListAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_feed_is_refused_where_it_was_turned_off_meanwhile()
    {
        folder.Commit(0, TableFolder.Protocol, FeedOn).Commit(1, TableFolder.Add("a")).Commit(2, TableFolder.Metadata).Commit(3, FeedOn);

        (await folder.Table.ReadChangeDataFeedAsync(1, 3).ToListAsync().ShouldFailAsync(DeltaLogError.ChangeDataFeedDisabled)).Version.ShouldBe(2);
        (await folder.Table.ReadChangesAsync(1, 3).ToListAsync()).Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 5)]
    [InlineData(9, 9)]
    public async Task Versions_that_are_not_there_are_refused(long from, long to)
    {
        folder.Create().Commit(1, TableFolder.Add("a"));

        await folder.Table.ReadChangesAsync(from, to).ToListAsync().ShouldFailAsync(DeltaLogError.VersionNotFound);
    }

    [Fact]
    public async Task A_range_that_ends_before_it_begins_is_a_mistake_of_the_caller()
    {
        folder.Create().Commit(1, TableFolder.Add("a"));

        await Should.ThrowAsync<ArgumentOutOfRangeException>(folder.Table.ReadChangesAsync(1, 0).ToListAsync());
    }

    [Fact]
    public async Task Changes_that_were_cleaned_up_are_refused_and_the_first_ones_left_are_named()
    {
        folder.Create(TableFolder.Add("a")).Commit(1, TableFolder.Add("b")).Commit(2, TableFolder.Add("c"));
        await folder.Table.WriteCheckpointAsync(1);
        File.Delete(folder.CommitPath(0));

        (await folder.Table.ReadChangesAsync(0).ToListAsync().ShouldFailAsync(DeltaLogError.VersionNotFound)).Message.ShouldContain("begins at 1");
        (await folder.Table.EarliestChangesVersionAsync()).ShouldBe(1);
        (await folder.Table.ReadChangesAsync(1).ToListAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_version_that_cannot_be_read_is_refused_when_it_is_reached()
    {
        folder.Create().Commit(1, TableFolder.Add("a")).Commit(2, """{"protocol":{"minReaderVersion":9,"minWriterVersion":9}}""");

        (await folder.Table.ReadChangesAsync(0).ToListAsync().ShouldFailAsync(DeltaLogError.UnsupportedReaderFeature)).Version.ShouldBe(2);
    }

    public void Dispose() => folder.Dispose();

    private async Task<List<long>> TimesAsync(long from) => TimesOf(await folder.Table.ReadChangesAsync(from).ToListAsync());

    private static List<long> TimesOf(IEnumerable<VersionChanges> versions) => [.. versions.Select(version => version.Timestamp.ToUnixTimeMilliseconds())];

    private static string Path(DeltaAction action) =>
        action switch
        {
            AddFile add => add.Path,
            RemoveFile remove => remove.Path,
            AddCdcFile cdc => cdc.Path,
            _ => throw new InvalidOperationException(action.GetType().Name),
        };
}
