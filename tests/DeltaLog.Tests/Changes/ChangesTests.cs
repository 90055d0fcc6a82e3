using Tideway.DeltaLog.Actions;

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

    private static string Path(DeltaAction action) =>
        action switch
        {
            AddFile add => add.Path,
            RemoveFile remove => remove.Path,
            AddCdcFile cdc => cdc.Path,
            _ => throw new InvalidOperationException(action.GetType().Name),
        };
}
