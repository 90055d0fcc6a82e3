using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Tests.Writing;

/// <summary>Overwrites of a part of a table.</summary>
public sealed class ReplacementTests : IDisposable
{
    private const string Rows = "SELECT i AS id, 'p' || (i % 3) AS p, DATE '2024-01-01' + (i % 2)::INTEGER AS d FROM range(6) t(i)";

    private readonly WriterFixture fixture = new();

    [Fact]
    public async Task A_partition_is_replaced_by_its_condition()
    {
        await CreateAsync(WriterFixture.FeedOn);

        var result = await fixture.Writer.ReplaceWhereAsync(fixture.Connection, "SELECT 70 AS id, 'p1' AS p, DATE '2024-01-01' AS d", "p = 'p1'");

        (result.RowsInserted, result.RowsDeleted, result.RowsCopied).ShouldBe((1, 2, 0));
        (await fixture.RowsAsync(columns: ["id"])).ShouldBe(["0", "2", "3", "5", "70"]);
        (await fixture.ChangesAsync(2)).ShouldBe(["1|p1|2024-01-02|delete|2", "4|p1|2024-01-01|delete|2", "70|p1|2024-01-01|insert|2"]);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task Rows_within_files_are_replaced_by_a_condition_on_any_column(string vectors)
    {
        await fixture.CreateAsync("SELECT 1::BIGINT AS id, 'x' AS p", null, WriterFixture.FeedOn, (TableProperties.EnableDeletionVectors, vectors));
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 'x' AS p FROM range(5) t(i)");

        var result = await fixture.Writer.ReplaceWhereAsync(fixture.Connection, "SELECT 4 AS id, 'new' AS p", "id >= 3");

        (result.RowsInserted, result.RowsDeleted).ShouldBe((1, 2));
        (await fixture.RowsAsync()).ShouldBe(["0|x", "1|x", "2|x", "4|new"]);
        (await fixture.ChangesAsync(2)).ShouldBe(["3|x|delete|2", "4|new|insert|2", "4|x|delete|2"]);
    }

    [Fact]
    public async Task A_new_row_outside_of_the_condition_is_refused()
    {
        await CreateAsync();

        var failure = await fixture
            .Writer.ReplaceWhereAsync(fixture.Connection, "SELECT 70 AS id, 'p2' AS p", "p = 'p1'")
            .ShouldFailAsync(DeltaLogError.InvalidData);

        failure.Message.ShouldContain("the condition of the rows to replace (p = 'p1'): p = p2");
        (await fixture.Table.LatestVersionAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Only_the_partitions_of_the_new_rows_are_replaced()
    {
        await CreateAsync();

        var result = await fixture.Writer.OverwritePartitionsAsync(
            fixture.Connection,
            "SELECT * FROM (VALUES (10, 'p0', DATE '2024-01-01'), (11, 'p9', DATE '2024-01-01'), (12, NULL, DATE '2024-01-01')) t(id, p, d)"
        );

        (result.RowsInserted, result.RowsDeleted).ShouldBe((3, 1));
        (await fixture.RowsAsync(columns: ["id"])).ShouldBe(["1", "10", "11", "12", "2", "3", "4", "5"]);
        await fixture.Writer.OverwritePartitionsAsync(fixture.Connection, "SELECT 13 AS id, NULL AS p, DATE '2024-01-01' AS d");
        (await fixture.RowsAsync(columns: ["id"])).ShouldBe(["1", "10", "11", "13", "2", "3", "4", "5"]);
    }

    [Fact]
    public async Task Partitions_are_found_however_their_value_is_written()
    {
        await fixture.CreateAsync("SELECT 1 AS id, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS ts", ["ts"]);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS ts");
        var snapshot = await fixture.Table.LoadAsync();
        var transaction = fixture.Table.BeginTransaction(snapshot);
        var file = snapshot.Files.Single();
        transaction.Remove(file, dataChange: false);
        File.Copy(Path.Combine(fixture.Folder.Path, Uri.UnescapeDataString(file.Path)), Path.Combine(fixture.Folder.Path, "other.parquet"));
        transaction.Add(
            file with
            {
                Path = "other.parquet",
                PartitionValues = new Dictionary<string, string?> { ["ts"] = "2024-01-01 00:00:00" },
                DataChange = false,
            }
        );
        await transaction.CommitAsync();

        await fixture.Writer.OverwritePartitionsAsync(fixture.Connection, "SELECT 2 AS id, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS ts");

        (await fixture.RowsAsync(columns: ["id"])).ShouldBe(["2"]);
    }

    [Fact]
    public async Task A_table_without_partitions_or_that_only_grows_is_refused()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, (TableProperties.AppendOnly, "true"));

        await fixture.Writer.OverwritePartitionsAsync(fixture.Connection, "SELECT 1 AS id").ShouldFailAsync(DeltaLogError.AppendOnly);
        await fixture.Writer.ReplaceWhereAsync(fixture.Connection, "SELECT 1 AS id", "id = 1").ShouldFailAsync(DeltaLogError.AppendOnly);
        using var other = new WriterFixture();
        await other.CreateAsync("SELECT 1 AS id");
        await other.Writer.OverwritePartitionsAsync(other.Connection, "SELECT 1 AS id").ShouldFailAsync(DeltaLogError.InvalidData);
    }

    private async Task CreateAsync(params (string, string)[] more)
    {
        await fixture.CreateAsync(Rows, ["p", "d"], more);
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);
    }

    public void Dispose() => fixture.Dispose();
}
