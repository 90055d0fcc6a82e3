using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Tests.Writing;

namespace Tideway.DeltaLog.Tests.Maintenance;

public sealed class OptimizeTests : IDisposable
{
    private readonly WriterFixture fixture = new();
    private readonly TableOptimizer optimizer;

    public OptimizeTests() => optimizer = new TableOptimizer(fixture.Table);

    [Fact]
    public async Task Small_files_of_each_partition_become_one()
    {
        await FillAsync(4);
        var rows = await fixture.RowsAsync();

        var result = await optimizer.RunAsync(fixture.Connection);

        result.ShouldSatisfyAllConditions(
            () => result.Groups.ShouldBe(2),
            () => result.FilesRemoved.ShouldBe(8),
            () => result.FilesAdded.ShouldBe(2),
            () => result.Version.ShouldBe(5)
        );
        var snapshot = await fixture.Table.LoadAsync();
        snapshot.Files.Select(file => file.PartitionValues["p"]).Order().ShouldBe([null, "a"]);
        snapshot.NumRecords.ShouldBe(8);
        (await fixture.RowsAsync()).ShouldBe(rows);
        (await fixture.Table.ReadChangesAsync(5).ToListAsync()).Single().ChangesRows.ShouldBeFalse();
    }

    [Fact]
    public async Task Doing_it_twice_changes_nothing()
    {
        await FillAsync(4);
        await optimizer.RunAsync(fixture.Connection);

        (await optimizer.RunAsync(fixture.Connection)).Groups.ShouldBe(0);

        (await fixture.Table.LatestVersionAsync()).ShouldBe(5);
    }

    [Fact]
    public async Task Only_the_partitions_that_are_asked_for_are_touched()
    {
        await FillAsync(3);

        var result = await optimizer.RunAsync(fixture.Connection, new OptimizeOptions { PartitionSql = "p IS NULL" });

        result.FilesRemoved.ShouldBe(3);
        (await fixture.Table.LoadAsync()).Files.Count(file => file.PartitionValues["p"] == "a").ShouldBe(3);
        (
            await optimizer.RunAsync(fixture.Connection, new OptimizeOptions { PartitionSql = "id > 1" }).ShouldFailAsync(DeltaLogError.InvalidData)
        ).Message.ShouldContain("(p)");
    }

    [Fact]
    public async Task Files_are_grouped_up_to_the_target_size()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        for (var index = 0; index < 6; index++)
            await fixture.Writer.AppendAsync(
                fixture.Connection,
                $"SELECT hash(range) AS id FROM range({index * 1000}, {(index + 1) * 1000})".Replace(
                    "hash(range)",
                    "CAST(hash(range) >> 40 AS INTEGER)",
                    StringComparison.Ordinal
                )
            );
        var size = (await fixture.Table.LoadAsync()).Files.Max(file => file.Size);

        await optimizer.RunAsync(fixture.Connection, new OptimizeOptions { TargetFileBytes = (size * 2) + (size / 2) });

        (await fixture.Table.LoadAsync()).FileCount.ShouldBe(3);
    }

    [Fact]
    public async Task A_dry_run_only_tells()
    {
        await FillAsync(3);

        var result = await optimizer.RunAsync(fixture.Connection, new OptimizeOptions { DryRun = true });

        result.FilesRemoved.ShouldBe(6);
        (await fixture.Table.LatestVersionAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task A_group_that_somebody_changes_meanwhile_is_left_to_them()
    {
        await FillAsync(3);
        var raced = false;
        var store = new FaultyStore(fixture.Folder.Store)
        {
            BeforePut = async _ =>
            {
                if (raced)
                    return;
                raced = true;
                await fixture.Writer.DeleteAsync(fixture.NewConnection(), "p = 'a' AND id = 1");
                await fixture.Writer.AppendAsync(fixture.NewConnection(), "SELECT 9 AS id, 'a' AS p");
            },
        };
        var table = new DeltaTable(store, TimeProvider.System);

        var result = await new TableOptimizer(table).RunAsync(fixture.Connection);

        result.GroupsSkipped.ShouldBe(1);
        result.Groups.ShouldBe(1);
        (await fixture.RowsAsync(columns: ["id", "p"])).ShouldBe(["0|a", "0|~", "1|~", "2|a", "2|~", "9|a"]);
        var snapshot = await fixture.Table.LoadAsync();
        snapshot.Files.Count(file => file.PartitionValues["p"] is null).ShouldBe(1);
        // What was written for the group in vain is gone.
        fixture.DataFiles().Count(path => path.StartsWith("p=a", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    public async Task Appends_meanwhile_are_no_obstacle()
    {
        await FillAsync(2);
        var store = new FaultyStore(fixture.Folder.Store);
        var raced = 0;
        store.BeforePut = async _ =>
        {
            if (raced++ == 0)
                await fixture.Writer.AppendAsync(fixture.NewConnection(), "SELECT 9 AS id, 'a' AS p");
        };

        var result = await new TableOptimizer(new DeltaTable(store, TimeProvider.System)).RunAsync(fixture.Connection);

        result.GroupsSkipped.ShouldBe(0);
        (await fixture.RowsAsync()).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Long_work_is_committed_in_parts()
    {
        await FillAsync(3);

        var result = await optimizer.RunAsync(fixture.Connection, new OptimizeOptions { CommitBytes = 1 });

        result.Version.ShouldBe(5);
        result.Groups.ShouldBe(2);
        (await fixture.Table.LoadAsync()).FileCount.ShouldBe(2);
    }

    [Fact]
    public async Task Files_that_are_gone_are_named_and_nothing_is_left_behind()
    {
        await FillAsync(3);
        var gone = (await fixture.Table.LoadAsync()).Files.Last();
        File.Delete(Path.Combine(fixture.Folder.Path, Uri.UnescapeDataString(gone.Path)));
        var before = fixture.DataFiles();

        (await optimizer.RunAsync(fixture.Connection).ShouldFailAsync(DeltaLogError.DataFileMissing)).File.ShouldBe(gone.Path);

        fixture.DataFiles().ShouldBe(before);
    }

    [Fact]
    public async Task An_append_only_table_can_be_optimized()
    {
        await FillAsync(3, (TableProperties.AppendOnly, "true"));

        (await optimizer.RunAsync(fixture.Connection)).FilesAdded.ShouldBe(2);
    }

    [Fact]
    public async Task Rows_keep_their_ids_wherever_they_move()
    {
        await FillAsync(2, (TableProperties.EnableRowTracking, "true"));
        var before = await fixture.RowIdsAsync();

        await optimizer.RunAsync(fixture.Connection);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 7 AS id, 'a' AS p");
        var added = await fixture.RowIdsAsync();
        await optimizer.RunAsync(fixture.Connection);

        added.Count.ShouldBe(before.Count + 1);
        added.ShouldBe(before.Concat(added.Except(before)).Order(StringComparer.Ordinal));
        (await fixture.RowIdsAsync()).ShouldBe(added);
        added.Select(row => row.Split('|')[2]).ShouldBeUnique();
        (await fixture.Table.HistoryAsync().ToListAsync())[0].Info!.OtherMembers["tags"].ShouldBe("""{"delta.rowTracking.preserved":"true"}""");
    }

    [Fact]
    public async Task Deleted_rows_are_left_out_and_their_vectors_go()
    {
        await FillAsync(1, (TableProperties.EnableDeletionVectors, "true"));
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT range AS id, 'a' AS p FROM range(10, 20)");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 15");
        var rows = await fixture.RowsAsync();
        (await fixture.Table.LoadAsync()).Files.ShouldContain(file => file.DeletionVector != null);

        await optimizer.RunAsync(fixture.Connection, new OptimizeOptions { TargetFileBytes = 10 });

        (await fixture.Table.LoadAsync()).Files.ShouldAllBe(file => file.DeletionVector == null);
        (await fixture.RowsAsync()).ShouldBe(rows);
    }

    [Fact]
    public async Task Mapped_columns_stay_mapped()
    {
        await FillAsync(2, (ColumnMapping.ModeProperty, "name"));
        await new TableEvolution(fixture.Table).RenameColumnAsync("id", "key");
        var rows = await fixture.RowsAsync();

        (await optimizer.RunAsync(fixture.Connection)).Groups.ShouldBe(2);

        (await fixture.RowsAsync()).ShouldBe(rows);
    }

    public void Dispose() => fixture.Dispose();

    private async Task FillAsync(int count, params (string Key, string Value)[] configuration)
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'a' AS p", ["p"], configuration);
        for (var index = 0; index < count; index++)
            await fixture.Writer.AppendAsync(fixture.Connection, $"SELECT {index} AS id, p FROM (VALUES ('a'), (NULL)) t(p)");
    }
}
