using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using static Tideway.DeltaLog.Tests.Writing.TableColumns;

namespace Tideway.DeltaLog.Tests.Writing;

/// <summary>Columns whose values the table gives: generated ones, defaults and identities.</summary>
public sealed class GivenColumnTests : IDisposable
{
    private readonly WriterFixture fixture = new();

    [Fact]
    public async Task A_generated_column_is_computed_or_checked()
    {
        await fixture.Writer.CreateAsync(
            new StructType([Column("at", Instant), Column("day", Date, ("delta.generationExpression", "CAST(at AS DATE)")), Column("n", Long)]),
            ["day"]
        );

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT TIMESTAMPTZ '2024-05-06 23:00:00+00' AS at");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT NULL::TIMESTAMPTZ AS at, NULL::DATE AS day, 1 AS n");
        var failure = await fixture
            .Writer.AppendAsync(fixture.Connection, "SELECT TIMESTAMPTZ '2024-05-06 23:00:00+00' AS at, DATE '2024-05-07' AS day")
            .ShouldFailAsync(DeltaLogError.InvalidData);

        failure.Message.ShouldContain("the expression of the generated column 'day' (CAST(at AS DATE)): day = 2024-05-07, at = 2024-05-06 23:00:00+00.");
        (await fixture.RowsAsync()).ShouldBe(["2024-05-06 23:00:00+00|2024-05-06|~", "~|~|1"]);
        (await fixture.Table.LoadAsync()).Protocol.MinWriterVersion.ShouldBe(4);
    }

    [Fact]
    public async Task A_generated_column_follows_updates_and_merges()
    {
        await fixture.Writer.CreateAsync(
            new StructType([Column("id", Long), Column("n", Long), Column("twice", Long, ("delta.generationExpression", "n * 2")), Column("kept", Long)])
        );
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, i AS n, 7 AS kept FROM range(4) t(i)");

        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["n"] = "n + 10" }, "id = 1");
        await fixture.Writer.MergeAsync(fixture.Connection, new MergeRequest { SourceSql = "SELECT * FROM (VALUES (2, 50), (9, 60)) t(id, n)", Keys = ["id"] });

        (await fixture.RowsAsync()).ShouldBe(["0|0|0|7", "1|11|22|7", "2|50|100|7", "3|3|6|7", "9|60|120|~"]);
        await fixture
            .Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["twice"] = "1" }, "id = 1")
            .ShouldFailAsync(DeltaLogError.InvalidData);
    }

    [Fact]
    public async Task A_default_takes_the_place_of_a_column_that_is_not_given_but_not_of_a_null()
    {
        await fixture.Writer.CreateAsync(
            new StructType([Column("id", Long), Column("state", Text, ("CURRENT_DEFAULT", "'new'")), Column("made", Instant, ("CURRENT_DEFAULT", "now()"))])
        );

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 2 AS id, NULL AS state");
        await fixture.Writer.MergeAsync(fixture.Connection, new MergeRequest { SourceSql = "SELECT 3 AS id", Keys = ["id"] });

        (await fixture.RowsAsync(columns: ["id", "state"])).ShouldBe(["1|new", "2|~", "3|new"]);
        (await fixture.RowsAsync(columns: ["made"])).ShouldAllBe(made => made != "~");
        (await fixture.Table.LoadAsync()).Protocol.WriterFeatures!.ShouldContain("allowColumnDefaults");
    }

    [Fact]
    public async Task An_identity_column_counts_on_from_commit_to_commit()
    {
        await fixture.Writer.CreateAsync(
            new StructType([
                Column("id", Long, ("delta.identity.start", 10), ("delta.identity.step", 5), ("delta.identity.allowExplicitInsert", false)),
                Column("name", Text),
            ])
        );

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 'n' || i AS name FROM range(3) t(i)");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 'n3' AS name");
        await fixture.Writer.MergeAsync(fixture.Connection, new MergeRequest { SourceSql = "SELECT * FROM (VALUES ('n0'), ('n4')) t(name)", Keys = ["name"] });

        var ids = await fixture.RowsAsync(columns: ["id"]);
        ids.Count.ShouldBe(5);
        ids.Distinct().Count().ShouldBe(5);
        ids.Select(long.Parse).ShouldAllBe(id => id >= 10 && id % 5 == 0);
        var mark = (await fixture.Table.LoadAsync()).Schema.Find("id")!.Metadata["delta.identity.highWaterMark"];
        long.Parse(mark).ShouldBeGreaterThanOrEqualTo(ids.Max(long.Parse));
        (await fixture.Table.LoadAsync()).Protocol.MinWriterVersion.ShouldBe(6);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id").ShouldFailAsync(DeltaLogError.InvalidData);
        await fixture
            .Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["id"] = "1" }, "true")
            .ShouldFailAsync(DeltaLogError.InvalidData);
    }

    [Theory]
    [InlineData("10", "-3", "7", "4", "1")]
    [InlineData("0", "4", "5", "8", "12")]
    public async Task An_identity_goes_on_after_its_mark(string start, string step, string mark, string first, string second)
    {
        await fixture.Writer.CreateAsync(
            new StructType([
                Column(
                    "id",
                    Long,
                    ("delta.identity.start", long.Parse(start)),
                    ("delta.identity.step", long.Parse(step)),
                    ("delta.identity.highWaterMark", long.Parse(mark)),
                    ("delta.identity.allowExplicitInsert", true)
                ),
                Column("name", Text),
            ])
        );

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 'x' AS name FROM range(2)");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 99 AS id");

        (await fixture.RowsAsync(columns: ["id"])).ShouldBe(new[] { first, second, "99" }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_identity_that_runs_out_is_refused()
    {
        await fixture.Writer.CreateAsync(
            new StructType([
                Column("id", Long, ("delta.identity.start", long.MaxValue), ("delta.identity.step", 1), ("delta.identity.allowExplicitInsert", false)),
                Column("name", Text),
            ])
        );

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 'x' AS name FROM range(2)").ShouldFailAsync(DeltaLogError.InvalidData);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 'x' AS name");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 'x' AS name").ShouldFailAsync(DeltaLogError.InvalidData);
    }

    public void Dispose() => fixture.Dispose();
}
