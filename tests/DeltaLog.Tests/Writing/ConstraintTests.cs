using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using static Tideway.DeltaLog.Tests.Writing.TableColumns;

namespace Tideway.DeltaLog.Tests.Writing;

public sealed class ConstraintTests : IDisposable
{
    private readonly WriterFixture fixture = new();

    [Theory]
    [InlineData("id > 0", "SELECT 1 AS id", "SELECT -1 AS id", "id = -1")]
    [InlineData("id > 0", "SELECT 1 AS id", "SELECT NULL::INTEGER AS id", "id = null")]
    [InlineData("`id` IN (1, 2) AND name <=> \"a'b\"", "SELECT 1 AS id, 'a''b' AS name", "SELECT 3 AS id, 'a''b' AS name", "id = 3, name = a'b")]
    [InlineData("length(name) BETWEEN 1 AND 3", "SELECT 'abc' AS name", "SELECT 'abcd' AS name", "name = abcd")]
    [InlineData("name LIKE 'a%' OR id IS NULL", "SELECT 'abc' AS name", "SELECT 1 AS id, 'x' AS name", "name = x, id = 1")]
    [InlineData("at > '1900-01-01'", "SELECT DATE '2024-01-01' AS at", "SELECT DATE '1899-01-01' AS at", "at = 1899-01-01")]
    [InlineData("year(at) = 2024", "SELECT DATE '2024-01-01' AS at", "SELECT DATE '2023-01-01' AS at", "at = 2023-01-01")]
    [InlineData("CASE WHEN name = 'x' THEN id > 5 ELSE true END", "SELECT 'y' AS name", "SELECT 'x' AS name, 2 AS id", "name = x, id = 2")]
    public async Task A_row_that_breaks_a_check_constraint_is_refused_with_its_values(string condition, string good, string bad, string shown)
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name, DATE '2024-01-01' AS at", null, ("delta.constraints.rule", condition));
        await fixture.Writer.AppendAsync(fixture.Connection, good);

        var failure = await fixture.Writer.AppendAsync(fixture.Connection, $"{good} UNION ALL BY NAME {bad}").ShouldFailAsync(DeltaLogError.InvalidData);

        failure.Message.ShouldContain($"breaks the constraint 'rule' ({condition}): {shown}.");
        fixture.DataFiles().Count.ShouldBe(1);
        (await fixture.Table.LatestVersionAsync()).ShouldBe(1);
        (await fixture.Table.LoadAsync()).Protocol.MinWriterVersion.ShouldBe(3);
    }

    [Theory]
    [InlineData("date_format(at, 'yyyy') = '2024'", "date_format")]
    [InlineData("id / 2 > 1", "'/'")]
    [InlineData("concat(name, 'x') = 'yx'", "'concat'")]
    [InlineData("nowhere > 1", "nowhere")]
    [InlineData("id IN (SELECT 1)", "subquery")]
    [InlineData("id > 1 -- all", "comment")]
    [InlineData("name = 'x", "not closed")]
    [InlineData("id > 1; DROP TABLE x", "';'")]
    [InlineData("CAST(id AS STRING) = '1'", "casts to text")]
    [InlineData("substring(name, 0, 1) = 'x'", "start of 1")]
    public async Task A_constraint_that_cannot_be_kept_refuses_to_write_and_says_why(string condition, string reason)
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name, DATE '2024-01-01' AS at", null, ("delta.constraints.rule", condition));

        var failure = await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id").ShouldFailAsync(DeltaLogError.UnsupportedWriterFeature);

        failure.Message.ShouldContain("the constraint 'rule' (feature checkConstraints)");
        failure.Message.ShouldContain(condition);
        failure.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Updates_and_merges_keep_to_the_constraints_and_rows_that_stay_are_not_asked()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 5 AS amount", null, ("delta.constraints.positive", "amount > 0"));
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 5 AS amount FROM range(3) t(i)");

        var update = await fixture
            .Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["amount"] = "amount - 5" }, "id = 1")
            .ShouldFailAsync(DeltaLogError.InvalidData);
        var merge = await fixture
            .Writer.MergeAsync(fixture.Connection, new MergeRequest { SourceSql = "SELECT 7 AS id, -1 AS amount", Keys = ["id"] })
            .ShouldFailAsync(DeltaLogError.InvalidData);

        update.Message.ShouldContain("positive");
        merge.Message.ShouldContain("amount = -1");
        (await fixture.RowsAsync()).ShouldBe(["0|5", "1|5", "2|5"]);
        fixture.DataFiles().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_constraint_is_not_asked_of_rows_that_the_source_filters_out()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, ("delta.constraints.positive", "id > 0"));

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT * FROM (SELECT i - 5 AS id FROM range(10) t(i)) WHERE id > 2");

        (await fixture.RowsAsync()).ShouldBe(["3", "4"]);
    }

    [Fact]
    public async Task An_invariant_of_a_column_is_kept()
    {
        await fixture.Writer.CreateAsync(
            new StructType([Column("x", Long, ("delta.invariants", """{"expression": { "expression": "x > 3"} }""")), Column("y", Long)])
        );
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 4 AS x");

        var failure = await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 3 AS x").ShouldFailAsync(DeltaLogError.InvalidData);

        failure.Message.ShouldContain("the invariant of column 'x' (x > 3): x = 3.");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS y").ShouldFailAsync(DeltaLogError.InvalidData);
    }

    [Fact]
    public async Task A_void_column_takes_only_nulls()
    {
        await fixture.Writer.CreateAsync(new StructType([Column("x", Long), Column("nothing", new PrimitiveType(PrimitiveKind.Void))]));

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 4 AS x");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 5 AS x, NULL AS nothing");

        (await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 6 AS x, 1 AS nothing").ShouldFailAsync(DeltaLogError.InvalidData)).Message.ShouldContain(
            "nothing = 1"
        );
        (await fixture.RowsAsync()).ShouldBe(["4|~", "5|~"]);
    }

    [Fact]
    public async Task A_condition_that_changes_its_mind_is_refused()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");

        (await fixture.Writer.DeleteAsync(fixture.Connection, "random() < 0.5").ShouldFailAsync(DeltaLogError.InvalidData)).Message.ShouldContain("random()");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id < abs(-0.5)");
    }

    public void Dispose() => fixture.Dispose();
}
