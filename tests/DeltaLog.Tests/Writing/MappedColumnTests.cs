using System.Text.Json;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using static Tideway.DeltaLog.Tests.Writing.TableColumns;

namespace Tideway.DeltaLog.Tests.Writing;

public sealed class MappedColumnTests : IDisposable
{
    private static readonly StructType Nested = new([
        Mapped("id", Long, 1),
        Mapped("part of", Text, 2),
        Mapped("st", new StructType([Mapped("a", Long, 4), Mapped("in", new StructType([Mapped("b", Text, 6)]), 5)]), 3),
        Mapped("list", new ArrayType(new StructType([Mapped("c", Long, 8)]), ContainsNull: true), 7),
        Mapped("m", new MapType(Text, new StructType([Mapped("d", Long, 10)]), ValueContainsNull: true), 9),
        Mapped("plain", new ArrayType(Long, ContainsNull: true), 11),
    ]);

    private const string Rows = """
        SELECT i AS id, 'p' || (i % 2) AS "part of", CASE WHEN i = 2 THEN NULL ELSE {'a': i, 'in': {'b': 'x' || i}} END AS st, [{'c': i}, NULL] AS list,
            MAP {'k': {'d': i}} AS m, [i, NULL] AS plain FROM range(4) t(i)
        """;

    private readonly WriterFixture fixture = new();

    [Fact]
    public async Task Files_statistics_and_partition_values_have_the_physical_names()
    {
        await CreateAsync("name", Nested, "part of");
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);

        var file = (await fixture.Table.LoadAsync()).Files.First();
        file.PartitionValues.Keys.ShouldBe(["col-2"]);
        var stats = JsonDocument.Parse(file.Stats!).RootElement;
        stats.GetProperty("minValues").GetRawText().ShouldBe("""{"col-1":0,"col-3":{"col-4":0,"col-5":{"col-6":"x0"}}}""");
        fixture
            .Texts(
                $"SELECT name, field_id FROM parquet_schema('{fixture.Folder.Path}/{Uri.UnescapeDataString(file.Path).Replace("'", "''", StringComparison.Ordinal)}') WHERE field_id IS NOT NULL"
            )
            .ShouldBe([.. new[] { 1, 3, 4, 5, 6, 7, 8, 9, 10, 11 }.Select(id => $"col-{id}|{id}").Order(StringComparer.Ordinal)]);
        (await fixture.RowsAsync()).ShouldBe(fixture.Texts(Rows));
    }

    [Fact]
    public async Task Rows_are_written_by_id()
    {
        await CreateAsync("id", new StructType([Mapped("id", Long, 1), Mapped("name", Text, 2)]));
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 'n' || i AS name FROM range(3) t(i)");

        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "'new'" }, "id = 1");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 0");

        (await fixture.RowsAsync()).ShouldBe(["1|new", "2|n2"]);
    }

    [Fact]
    public async Task Every_operation_works_on_mapped_columns_with_the_change_feed()
    {
        await CreateAsync("name", Nested, "part of");
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);

        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["id"] = "id + 10", ["part of"] = "'q'" }, "id = 1");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 3");
        await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest { SourceSql = "SELECT * FROM (VALUES (0, [5]), (20, [6])) t(id, plain)", Keys = ["id"] }
        );

        (await fixture.RowsAsync(columns: ["id", "part of", "plain"])).ShouldBe(["0|p0|[5]", "11|q|[1, NULL]", "20|~|[6]", "2|p0|[2, NULL]"]);
        var changes = await fixture.ChangesAsync(2);
        changes.Select(row => row[..row.IndexOf('|', StringComparison.Ordinal)]).ShouldBe(["0", "0", "1", "11", "20", "3"], ignoreOrder: true);
    }

    private Task CreateAsync(string mode, StructType schema, params string[] partitionColumns) =>
        fixture.Writer.CreateAsync(
            schema,
            partitionColumns,
            new Dictionary<string, string>
            {
                ["delta.columnMapping.mode"] = mode,
                ["delta.columnMapping.maxColumnId"] = "11",
                [TableProperties.EnableChangeDataFeed] = mode == "name" ? "true" : "false",
            }
        );

    public void Dispose() => fixture.Dispose();
}
