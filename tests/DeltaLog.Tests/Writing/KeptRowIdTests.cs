using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;

namespace Tideway.DeltaLog.Tests.Writing;

/// <summary>Rows are shown as <c>id|name|p|row id|commit version</c>.</summary>
public sealed class KeptRowIdTests : IDisposable
{
    private const string Rows = "SELECT i::INT AS id, 'n' || i AS name, i % 2 AS p FROM range(4) t(i)";

    private readonly WriterFixture fixture = new();

    /// <summary>What may be on beside row tracking; a row's ids are the same in all.</summary>
    public static TheoryData<string> Kinds => ["plain", "feed", "vectors", "feed,vectors", "name", "id", "partitioned"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_update_leaves_every_id_and_the_versions_of_rows_that_it_copies(string kind)
    {
        await CreateAsync(kind);
        var before = await IdsAsync();

        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "'new'" }, "id = 2");
        var after = await IdsAsync();
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "name || '!'" }, "id >= 2");
        var twice = await IdsAsync();

        after.ShouldBe([.. before.Where(row => row.Id != 2), before.Single(row => row.Id == 2) with { Name = "new", Version = 2 }], ignoreOrder: true);
        twice.ShouldBe(
            [
                .. before.Where(row => row.Id < 2),
                before.Single(row => row.Id == 2) with
                {
                    Name = "new!",
                    Version = 3,
                },
                before.Single(row => row.Id == 3) with
                {
                    Name = "n3!",
                    Version = 3,
                },
            ],
            ignoreOrder: true
        );
        await PreservedAsync();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_merge_gives_new_rows_new_ids_and_leaves_those_of_the_others(string kind)
    {
        await CreateAsync(kind);
        var before = await IdsAsync();

        await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest
            {
                SourceSql = "SELECT * FROM (VALUES (1::INT, 'one', 1::BIGINT), (2, 'gone', 0), (7, 'seven', 1)) t(id, name, p)",
                Keys = ["id"],
                DeleteWhenSql = "name = 'gone'",
            }
        );
        var after = await IdsAsync();

        after
            .Where(row => row.Id != 7)
            .ShouldBe([.. before.Where(row => row.Id is 0 or 3), before.Single(row => row.Id == 1) with { Name = "one", Version = 2 }], ignoreOrder: true);
        var added = after.Single(row => row.Id == 7);
        added.Version.ShouldBe(2);
        added.RowId.ShouldBeGreaterThan(before.Max(row => row.RowId));
        await PreservedAsync();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_deletion_leaves_the_ids_of_rows_that_it_copies(string kind)
    {
        await CreateAsync(kind);
        var before = await IdsAsync();

        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 2");
        await fixture.Writer.ReplaceWhereAsync(fixture.Connection, "SELECT 1::INT AS id, 'again' AS name, 1::BIGINT AS p", "id = 1");
        var after = await IdsAsync();

        after.Where(row => row.Id != 1).ShouldBe(before.Where(row => row.Id is 0 or 3), ignoreOrder: true);
        after.Single(row => row.Id == 1).RowId.ShouldBeGreaterThan(before.Max(row => row.RowId));
        await PreservedAsync();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Ids_outlast_optimizing_and_come_back_with_a_version_that_is_restored(string kind)
    {
        await CreateAsync(kind);
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "'new'" }, "id = 2");
        var updated = await IdsAsync();

        await new TableOptimizer(fixture.Table).RunAsync(fixture.Connection, new OptimizeOptions { TargetFileBytes = 1 << 20 });
        var optimized = await IdsAsync();
        await fixture.Writer.DeleteAsync(fixture.Connection, "id <= 2");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 9::INT AS id, 'nine' AS name, 0::BIGINT AS p");
        await new TableRestore(fixture.Table).RunAsync(2);

        optimized.ShouldBe(updated, ignoreOrder: true);
        (await IdsAsync()).ShouldBe(updated, ignoreOrder: true);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 10::INT AS id, 'ten' AS name, 0::BIGINT AS p");
        (await IdsAsync()).Select(row => row.RowId).ShouldBeUnique();
    }

    [Fact]
    public async Task A_table_that_got_row_tracking_later_keeps_ids_from_then_on()
    {
        await fixture.CreateAsync(Rows);
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);
        await new Tideway.DeltaLog.Evolution.TableEvolution(fixture.Table).SetPropertiesAsync(
            new Dictionary<string, string> { [TableProperties.EnableRowTracking] = "true" }
        );
        var before = await IdsAsync();

        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 0");

        (await IdsAsync()).ShouldBe(before.Where(row => row.Id != 0), ignoreOrder: true);
    }

    [Fact]
    public async Task A_file_that_got_its_ids_later_has_them_when_a_version_before_is_restored()
    {
        await fixture.CreateAsync(Rows);
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);
        await new Tideway.DeltaLog.Evolution.TableEvolution(fixture.Table).SetPropertiesAsync(
            new Dictionary<string, string> { [TableProperties.EnableRowTracking] = "true" }
        );
        var before = await IdsAsync();
        await fixture.Writer.OverwriteAsync(fixture.Connection, "SELECT 9::INT AS id, 'nine' AS name, 0::BIGINT AS p");

        await new TableRestore(fixture.Table).RunAsync(1);

        (await IdsAsync()).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task A_file_without_its_first_id_is_told_and_not_written_again()
    {
        await CreateAsync("plain");
        var snapshot = await fixture.Table.LoadAsync();
        var file = snapshot.Files.Single();
        var path = fixture.Folder.CommitPath(2);
        await File.WriteAllTextAsync(path, TableFolder.Add(file.Path).Replace("\"size\":10", $"\"size\":{file.Size}") + "\n");

        var failure = await fixture.Writer.DeleteAsync(fixture.Connection, "id = 2").ShouldFailAsync(DeltaLogError.CorruptLog);

        failure.Message.ShouldContain("baseRowId");
        failure.File.ShouldBe(file.Path);
    }

    public void Dispose() => fixture.Dispose();

    private async Task CreateAsync(string kind)
    {
        var configuration = new List<(string, string)> { (TableProperties.EnableRowTracking, "true") };
        if (kind.Contains("feed", StringComparison.Ordinal))
            configuration.Add(WriterFixture.FeedOn);
        if (kind.Contains("vectors", StringComparison.Ordinal))
            configuration.Add((TableProperties.EnableDeletionVectors, "true"));
        if (kind is "name" or "id")
            configuration.Add((ColumnMapping.ModeProperty, kind));
        await fixture.CreateAsync(Rows, kind == "partitioned" ? ["p"] : null, [.. configuration]);
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);
    }

    private async Task<List<Row>> IdsAsync() =>
        [
            .. (await fixture.RowIdsAsync())
                .Select(line => line.Split('|'))
                .Select(parts => new Row(int.Parse(parts[0]), parts[1], long.Parse(parts[3]), long.Parse(parts[4]))),
        ];

    private async Task PreservedAsync() =>
        (await fixture.Table.HistoryAsync().FirstAsync()).Info!.OtherMembers["tags"].ShouldBe("""{"delta.rowTracking.preserved":"true"}""");

    private sealed record Row(int Id, string Name, long RowId, long Version);
}
