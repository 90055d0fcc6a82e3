using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;

namespace Tideway.DeltaLog.Tests.Writing;

public sealed class RewriteTests : IDisposable
{
    private readonly WriterFixture fixture = new();

    [Fact]
    public async Task Deleting_rewrites_only_the_files_that_hold_such_rows()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, WriterFixture.FeedOn);
        foreach (var rows in new[] { "range(0, 10)", "range(10, 20)", "range(20, 30)" })
            await fixture.Writer.AppendAsync(fixture.Connection, $"SELECT i AS id FROM {rows} t(i)");
        var untouched = (await fixture.Table.LoadAsync()).Files.Select(file => file.Path).ToList();

        var result = await fixture.Writer.DeleteAsync(fixture.Connection, "id >= 5 AND id < 20");

        result.ShouldSatisfyAllConditions(
            () => result.RowsDeleted.ShouldBe(15),
            () => result.RowsCopied.ShouldBe(5),
            () => result.FilesRemoved.ShouldBe(2),
            () => result.FilesAdded.ShouldBe(1)
        );
        (await fixture.Table.LoadAsync()).Files.Select(file => file.Path).Count(untouched.Contains).ShouldBe(1);
        (await fixture.RowsAsync()).Count.ShouldBe(15);
        (await fixture.ChangesAsync(4)).ShouldBe([.. Enumerable.Range(5, 15).Select(id => $"{id}|delete|4").Order(StringComparer.Ordinal)]);
    }

    [Fact]
    public async Task Updating_records_rows_as_they_were_and_as_they_became()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name, 'p' AS part", ["part"], WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 'n' || i AS name, 'p' || (i % 2) AS part FROM range(4) t(i)");

        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["NAME"] = "upper(name)", ["part"] = "'q'" }, "id = 3");

        (await fixture.RowsAsync()).ShouldBe(["0|n0|p0", "1|n1|p1", "2|n2|p0", "3|N3|q"]);
        (await fixture.ChangesAsync(2)).ShouldBe(["3|N3|q|update_postimage|2", "3|n3|p1|update_preimage|2"]);
    }

    [Fact]
    public async Task Overwriting_replaces_everything_even_the_schema()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        var metadata = (await fixture.Table.LoadAsync()).Metadata with
        {
            SchemaString = Tideway.DeltaLog.Schema.SchemaJson.Write(
                Tideway.DeltaLog.Schema.DuckDbTypes.SchemaOf(fixture.Connection, "SELECT 'x' AS code, 1 AS p")
            ),
            PartitionColumns = ["p"],
        };

        var result = await fixture.Writer.OverwriteAsync(fixture.Connection, "SELECT 'a' AS code, 5 AS p", new WriteOptions { Metadata = metadata });

        (result.RowsInserted, result.RowsDeleted).ShouldBe((1, 1));
        (await fixture.RowsAsync()).ShouldBe(["a|5"]);
        (await fixture.RowsAsync(1)).ShouldBe(["1"]);
    }

    [Fact]
    public async Task Overwriting_is_a_deletion_and_an_insertion_in_the_feed()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        await fixture.Writer.OverwriteAsync(fixture.Connection, "SELECT 2 AS id");

        (await fixture.ChangesAsync(0)).ShouldBe(["1|delete|2", "1|insert|1", "2|insert|2"]);
    }

    [Fact]
    public async Task A_condition_that_no_row_meets_commits_nothing()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");

        (await fixture.Writer.DeleteAsync(fixture.Connection, "id = 9")).Commit.ShouldBeNull();
        (await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["id"] = "1" }, "id = 9")).Commit.ShouldBeNull();
    }

    [Fact]
    public async Task A_data_file_that_is_gone_is_named()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        var path = (await fixture.Table.LoadAsync()).Files.Single().Path;
        File.Delete(Path.Combine(fixture.Folder.Path, path));

        (await fixture.Writer.DeleteAsync(fixture.Connection, "id = 1").ShouldFailAsync(DeltaLogError.DataFileMissing)).File.ShouldBe(path);
    }

    [Fact]
    public async Task A_crash_before_the_commit_leaves_only_files_that_no_version_knows()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 1 AS p", ["p"]);
        var store = new FaultyStore(fixture.Folder.Store);
        var writer = new DeltaTableWriter(new DeltaTable(store, TimeProvider.System));
        List<string> atCommit = [];
        store.BeforePut = _ =>
        {
            // What a process killed here would leave behind.
            atCommit = fixture.DataFiles();
            return Task.FromException(new IOException("killed"));
        };

        await Should.ThrowAsync<IOException>(writer.AppendAsync(fixture.Connection, "SELECT 1 AS id, 2 AS p"));

        atCommit.Single().ShouldStartWith("p=2/part-");
        fixture.DataFiles().ShouldBeEmpty();
        (await fixture.RowsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_stay_where_the_commit_may_have_happened()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        var store = new FaultyStore(fixture.Folder.Store);
        store.BeforePut = _ =>
        {
            store.FailAfterPut = store.FailReads = true;
            return Task.CompletedTask;
        };
        var writer = new DeltaTableWriter(new DeltaTable(store, TimeProvider.System));

        await writer.AppendAsync(fixture.Connection, "SELECT 1 AS id").ShouldFailAsync(DeltaLogError.CommitOutcomeUnknown);

        (await fixture.RowsAsync()).ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_conflict_is_solved_by_doing_the_work_again()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id, 'old' AS name");
        var store = new FaultyStore(fixture.Folder.Store);
        using var other = fixture.NewConnection();
        store.BeforePut = async _ =>
        {
            store.BeforePut = null;
            await fixture.Writer.AppendAsync(other, "SELECT 2 AS id, 'old' AS name");
        };
        var writer = new DeltaTableWriter(new DeltaTable(store, TimeProvider.System));

        var result = await writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "'new'" }, "true");

        result.RowsUpdated.ShouldBe(2);
        (await fixture.RowsAsync()).ShouldBe(["1|new", "2|new"]);
        fixture.DataFiles().Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_conflict_is_thrown_where_the_caller_chose_the_version()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        var snapshot = await fixture.Table.LoadAsync();
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 2 AS id");

        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 1", new WriteOptions { Snapshot = snapshot }).ShouldFailAsync(DeltaLogError.Conflict);

        (await fixture.RowsAsync()).ShouldBe(["1", "2"]);
        fixture.DataFiles().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Two_appenders_at_once_lose_no_row()
    {
        await fixture.CreateAsync("SELECT 1 AS id");

        await Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        using var connection = fixture.NewConnection();
                        for (var index = 0; index < 15; index++)
                            await fixture.Writer.AppendAsync(connection, $"SELECT {(writer * 100) + index} AS id");
                    })
                )
        );

        (await fixture.RowsAsync()).ShouldBe([
            .. Enumerable.Range(0, 15).SelectMany(index => new[] { $"{index}", $"{100 + index}" }).Order(StringComparer.Ordinal),
        ]);
    }

    [Fact]
    public async Task An_append_only_table_is_not_rewritten()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, (TableProperties.AppendOnly, "true"));
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");

        await fixture.Writer.DeleteAsync(fixture.Connection, "true").ShouldFailAsync(DeltaLogError.AppendOnly);
        await fixture.Writer.OverwriteAsync(fixture.Connection, "SELECT 2 AS id").ShouldFailAsync(DeltaLogError.AppendOnly);

        fixture.DataFiles().Count.ShouldBe(1);
    }

    public void Dispose() => fixture.Dispose();
}
