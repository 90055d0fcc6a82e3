using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Tests.Writing;
using Tideway.DeltaLog.Writing;
using Tideway.Testing.Stores;

namespace Tideway.DeltaLog.Tests.Reading;

/// <summary>Changes are shown as <c>id|name|p|type|version</c>.</summary>
public sealed class DerivedChangesTests : IDisposable
{
    private const string Rows = "SELECT i::INT AS id, 'n' || i AS name, i % 2 AS p FROM range(4) t(i)";

    private readonly WriterFixture fixture = new();

    public static TheoryData<bool, string?> Kinds => new MatrixTheoryData<bool, string?>([false, true], [null, "p"]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rows_that_were_only_written_again_are_no_changes(bool withVectors, string? partition)
    {
        await CreateAsync(withVectors, partition);
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "'new'" }, "id = 2");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 0");
        await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest { SourceSql = "SELECT * FROM (VALUES (1::INT, 'one', 1::BIGINT), (7, 'seven', 1)) t(id, name, p)", Keys = ["id"] }
        );

        (await DerivedAsync(1)).ShouldBe([
            "0|n0|0|delete|3",
            "0|n0|0|insert|1",
            "1|n1|1|delete|4",
            "1|n1|1|insert|1",
            "1|one|1|insert|4",
            "2|n2|0|delete|2",
            "2|n2|0|insert|1",
            "2|new|0|insert|2",
            "3|n3|1|insert|1",
            "7|seven|1|insert|4",
        ]);
    }

    [Fact]
    public async Task A_row_that_is_there_several_times_changes_as_often_as_its_number_does()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT * FROM (VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, NULL)) t(id, name)");
        await fixture.Writer.OverwriteAsync(fixture.Connection, "SELECT * FROM (VALUES (1, 'x'), (2, NULL), (2, NULL)) t(id, name)");

        (await DerivedAsync(2)).ShouldBe(["1|x|delete|2", "1|x|delete|2", "2|~|insert|2"]);
    }

    [Fact]
    public async Task Without_deriving_every_row_of_a_file_that_came_or_went_is_a_change()
    {
        await CreateAsync(withVectors: false, null);
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 0");
        var changes = await fixture.Table.ReadChangesAsync(2).ToListAsync();

        var sql = await new TableReader(fixture.Folder.Store).ChangesSqlAsync(await fixture.Table.LoadAsync(), changes);

        fixture.Texts($"SELECT _change_type, count(*) FROM ({sql}) GROUP BY 1").ShouldBe(["delete|4", "insert|3"]);
    }

    [Fact]
    public async Task Versions_that_recorded_their_changes_are_read_as_they_recorded_them()
    {
        await CreateAsync(withVectors: false, null);
        await new Tideway.DeltaLog.Evolution.TableEvolution(fixture.Table).SetPropertiesAsync(
            new Dictionary<string, string> { [TableProperties.EnableChangeDataFeed] = "true" }
        );
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "name" }, "id = 2");
        await fixture.Writer.OverwriteAsync(fixture.Connection, Rows);

        var changes = await DerivedAsync(3);

        changes.Where(line => line.EndsWith("|3", StringComparison.Ordinal)).ShouldBe(["2|n2|0|update_postimage|3", "2|n2|0|update_preimage|3"]);
        changes.Count(line => line.EndsWith("|4", StringComparison.Ordinal)).ShouldBe(8);
    }

    [Fact]
    public async Task The_vectors_of_a_file_whose_deleted_rows_changed_are_read_once_each()
    {
        await CreateAsync(withVectors: true, null);
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 0");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 1");
        var store = new CountingStore(fixture.Folder.Store);
        var changes = await fixture.Table.ReadChangesAsync(3, 3).ToListAsync();

        var sql = await new TableReader(store).ChangesSqlAsync(await fixture.Table.LoadAsync(), changes);

        fixture.Texts($"SELECT id, _change_type FROM ({sql})").ShouldBe(["1|delete"]);
        store.Opened.Count(key => key.EndsWith(".bin", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Columns_and_conditions_can_be_chosen_and_do_not_hide_what_changed()
    {
        await CreateAsync(withVectors: false, null);
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "'new'" }, "id = 2");
        var options = new ScanOptions
        {
            DeriveChanges = true,
            Columns = ["p"],
            WhereSql = "_change_type = 'delete'",
        };
        var changes = await fixture.Table.ReadChangesAsync(2).ToListAsync();

        var sql = await new TableReader(fixture.Folder.Store).ChangesSqlAsync(await fixture.Table.LoadAsync(), changes, options);

        fixture.Texts($"SELECT * EXCLUDE _commit_timestamp FROM ({sql})").ShouldBe(["0|delete|2"]);
    }

    [Fact]
    public async Task Rows_with_lists_maps_and_structs_are_compared_whole()
    {
        const string Nested =
            "SELECT i::INT AS id, [i, NULL] AS l, MAP {'k': i} AS m, {'a': i, 'b': NULL::VARCHAR} AS s, 'nan'::DOUBLE AS f FROM range(3) t(i)";
        await fixture.CreateAsync(Nested);
        await fixture.Writer.AppendAsync(fixture.Connection, Nested);
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["s"] = "{'a': 9, 'b': 'x'}" }, "id = 1");

        (await DerivedAsync(2)).ShouldBe(["1|[1, NULL]|{k=1}|{'a': 1, 'b': NULL}|nan|delete|2", "1|[1, NULL]|{k=1}|{'a': 9, 'b': x}|nan|insert|2"]);
    }

    [Fact]
    public async Task A_schema_that_does_not_fit_is_told_with_where_the_changes_can_be_parted()
    {
        await CreateAsync(withVectors: false, null);
        var snapshot = await fixture.Table.LoadAsync();
        var transaction = fixture.Table.BeginTransaction(snapshot);
        transaction.UpdateMetadata(
            snapshot.Metadata with
            {
                SchemaString = Tideway.DeltaLog.Schema.SchemaJson.Write(Tideway.DeltaLog.Schema.DuckDbTypes.SchemaOf(fixture.Connection, "SELECT 1 AS id")),
            }
        );
        await transaction.CommitAsync();
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 5 AS id");

        var failure = await DerivedAsync(0).ShouldFailAsync(DeltaLogError.IncompatibleSchemaChange);

        failure.Version.ShouldBe(0);
        failure.Message.ShouldContain("the column 'name', which is gone");
        failure.Message.ShouldContain("up to version 1 can be read apart from those from version 2 on");
        (await DerivedAsync(2)).ShouldBe(["5|insert|3"]);
    }

    public void Dispose() => fixture.Dispose();

    private async Task CreateAsync(bool withVectors, string? partition)
    {
        await fixture.CreateAsync(Rows, partition is null ? null : [partition], (TableProperties.EnableDeletionVectors, withVectors ? "true" : "false"));
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);
    }

    private async Task<List<string>> DerivedAsync(long from)
    {
        var changes = await fixture.Table.ReadChangesAsync(from).ToListAsync();
        var sql = await new TableReader(fixture.Folder.Store).ChangesSqlAsync(
            await fixture.Table.LoadAsync(),
            changes,
            new ScanOptions { DeriveChanges = true }
        );
        return fixture.Texts($"SELECT * EXCLUDE _commit_timestamp FROM ({sql})");
    }
}
