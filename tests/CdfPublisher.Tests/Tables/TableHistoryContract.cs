using Tideway.CdfPublisher.Tables;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Tests.Tables;

public sealed class SqliteTableHistoryTests() : TableHistoryContract(DatabaseEngine.Sqlite);

[Trait("Needs", "Servers")]
public sealed class PostgreSqlTableHistoryTests() : TableHistoryContract(DatabaseEngine.PostgreSql);

/// <summary>What is announced of the histories that tables can have.</summary>
public abstract class TableHistoryContract(DatabaseEngine engine) : WatchScene(engine)
{
    [Fact]
    public async Task A_commit_that_is_cut_off_waits_and_is_reported_and_what_comes_before_is_announced()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        table.Append(1).WriteCommit(2, DeltaFolder.Add("part-2.parquet")[..40]);

        await Should.ThrowAsync<TableUnreadableException>(() => host.CatchUpAsync());

        (await CommittedAsync()).ShouldBe([0, 1]);
        (await TableAsync()).LastError.ShouldNotBeNull().ShouldContain("version 2");
        table.Append(2);
        await host.CatchUpAsync();
        (await CommittedAsync()).ShouldBe([0, 1, 2]);
        (await TableAsync()).LastError.ShouldBeNull();
    }

    [Fact]
    public async Task A_table_that_vanished_is_reported_and_goes_on_where_it_was_when_it_is_back()
    {
        var table = NewTable("orders").Create().Append(1);
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        var away = table.Path + "-away";
        Directory.Move(table.Path, away);

        await Should.ThrowAsync<TableUnreadableException>(() => host.CatchUpAsync());
        (await TableAsync()).LastError.ShouldNotBeNull().ShouldContain("no transaction log");
        Directory.Move(away, table.Path);
        table.Append(2);
        await host.CatchUpAsync();

        (await CommittedAsync()).ShouldBe([1, 2]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_table_that_was_made_anew_starts_over(int newVersions)
    {
        var table = NewTable("orders").Create().Append(1).Append(2);
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        table.Vanish();
        NewTable("orders").Create(id: "t2");
        for (var version = 1; version < newVersions; version++)
            table.Append(version);

        await host.CatchUpAsync();
        table.Append(newVersions);
        await host.CatchUpAsync();

        (await CommittedAsync()).ShouldBe([2, newVersions - 1, newVersions]);
        (await ChangesAsync()).ShouldBe([(2, 2), (newVersions - 1, newVersions - 1), (newVersions, newVersions)]);
        (await TableAsync()).MetadataId.ShouldBe("t2");
    }

    [Fact]
    public async Task A_table_that_was_replaced_by_a_commit_goes_on()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        table.Commit(1, DeltaFolder.Metadata(id: "t2", schema: DeltaFolder.WiderSchema)).Append(2);

        await host.CatchUpAsync();

        (await CommittedAsync()).ShouldBe([0, 1, 2]);
        (await ChangesAsync()).ShouldBe([(0, 0), (1, 2)]);
    }

    [Fact]
    public async Task Commits_that_were_cleaned_up_unseen_leave_a_gap_without_row_changes()
    {
        var table = NewTable("orders").Create().Append(1);
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        for (var version = 2; version <= 5; version++)
            table.Append(version);
        await WriteCheckpointAsync(table, 4);
        for (var version = 0; version <= 3; version++)
            table.DeleteCommit(version);

        await host.CatchUpAsync();
        table.Append(6);
        await host.CatchUpAsync();

        (await CommittedAsync()).ShouldBe([1, 4, 5, 6]);
        var changes = await host.PublishedAsync<TableChangesPublished>();
        changes.Select(change => (change.FromVersion, change.ToVersion, change.ChangeFeedAvailable)).ShouldBe([(1, 1, true), (2, 5, false), (6, 6, true)]);
    }

    [Fact]
    public async Task Row_changes_are_available_only_where_every_version_of_the_range_records_them()
    {
        var table = NewTable("orders").Create(feed: false);
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        table.Append(1).Commit(2, DeltaFolder.Metadata(feed: true));
        await host.CatchUpAsync();
        table.Append(3);
        await host.CatchUpAsync();

        (await host.PublishedAsync<TableChangesPublished>()).Select(change => change.ChangeFeedAvailable).ShouldBe([false, false, true]);
    }

    [Fact]
    public async Task What_a_commit_did_is_told_as_far_as_the_log_says()
    {
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        table
            .Commit(1, DeltaFolder.Info("WRITE"), DeltaFolder.Add("a.parquet", rows: 7, size: 70), DeltaFolder.Add("b.parquet", rows: 5, size: 30))
            .Commit(
                2,
                DeltaFolder.Info("MERGE", """{"numTargetRowsInserted":"2","numTargetRowsUpdated":"3","numTargetRowsDeleted":"1"}"""),
                DeltaFolder.Remove("a.parquet"),
                DeltaFolder.Add("c.parquet", rows: 8)
            )
            .Commit(3, DeltaFolder.Info("OPTIMIZE"), DeltaFolder.Add("d.parquet", dataChange: false))
            .Commit(4, DeltaFolder.Metadata(schema: DeltaFolder.WiderSchema))
            .Commit(5, DeltaFolder.Info("DELETE", """{"numDeletedRows":"4"}"""), DeltaFolder.Remove("b.parquet"));
        await host.CatchUpAsync();

        var commits = (await host.PublishedAsync<TableVersionCommitted>()).ToDictionary(commit => commit.Version);
        (commits[1].RowsAdded, commits[1].RowsRemoved, commits[1].RowsChanged).ShouldBe((12, 0, 0));
        (commits[1].FilesAdded, commits[1].FilesRemoved, commits[1].BytesAdded).ShouldBe((2, 0, 100));
        (commits[2].RowsAdded, commits[2].RowsRemoved, commits[2].RowsChanged).ShouldBe((2, 1, 3));
        (commits[2].FilesAdded, commits[2].FilesRemoved).ShouldBe((1, 1));
        (commits[3].RowsAdded, commits[3].RowsRemoved, commits[3].RowsChanged).ShouldBe((0, 0, 0));
        (commits[5].RowsAdded, commits[5].RowsRemoved, commits[5].RowsChanged).ShouldBe((0, 4, 0));
        commits[3].SchemaFingerprint.ShouldBe(commits[0].SchemaFingerprint);
        commits[4].SchemaFingerprint.ShouldNotBe(commits[3].SchemaFingerprint);
        commits[5].SchemaFingerprint.ShouldBe(commits[4].SchemaFingerprint);
    }

    [Fact]
    public async Task A_table_far_behind_is_announced_in_several_steps()
    {
        await host.DisposeAsync();
        host = await StartAsync("--CdfPublisher:MaxVersionsPerStep=3");
        var table = NewTable("orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
        await host.CatchUpAsync();
        for (var version = 1; version <= 8; version++)
            table.Append(version);
        await host.CatchUpAsync();

        (await ChangesAsync()).ShouldBe([(0, 0), (1, 3), (4, 6), (7, 8)]);
    }
}
