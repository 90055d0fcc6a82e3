using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;

namespace Tideway.DeltaLog.Tests.Writing;

public sealed class MergeTests : IDisposable
{
    private readonly WriterFixture fixture = new();

    [Fact]
    public async Task Matching_rows_change_or_go_and_others_come()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name, 1 AS kept", null, WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 'n' || i AS name, i * 10 AS kept FROM range(4) t(i)");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 'n' || i AS name, i * 10 AS kept FROM range(4, 8) t(i)");

        var result = await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest
            {
                SourceSql = "SELECT * FROM (VALUES (1, 'new1', 'u'), (2, 'gone', 'd'), (9, 'new9', 'u'), (10, 'never', 'd')) t(id, name, op)",
                Keys = ["ID"],
                DeleteWhenSql = "op = 'd'",
            }
        );

        (result.RowsInserted, result.RowsUpdated, result.RowsDeleted, result.RowsCopied, result.FilesRemoved).ShouldBe((1, 1, 1, 2, 1));
        (await fixture.RowsAsync()).ShouldBe(["0|n0|0", "1|new1|10", "3|n3|30", "4|n4|40", "5|n5|50", "6|n6|60", "7|n7|70", "9|new9|~"]);
        (await fixture.ChangesAsync(3)).ShouldBe(["1|n1|10|update_preimage|3", "1|new1|10|update_postimage|3", "2|n2|20|delete|3", "9|new9|~|insert|3"]);
    }

    [Fact]
    public async Task A_match_counts_only_where_its_condition_holds()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 1 AS version, 'x' AS name");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT * FROM (VALUES (1, 5, 'old'), (2, 5, 'old')) t(id, version, name)");

        var result = await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest
            {
                SourceSql = "SELECT * FROM (VALUES (1, 4, 'late'), (2, 6, 'new')) t(id, version, name)",
                Keys = ["id"],
                MatchWhenSql = "s.version > t.version",
            }
        );

        (result.RowsUpdated, result.RowsInserted).ShouldBe((1, 0));
        (await fixture.RowsAsync()).ShouldBe(["1|5|old", "2|6|new"]);
    }

    [Theory]
    [InlineData(null, "false")]
    [InlineData("s.v > t.v", "false")]
    [InlineData(null, "true")]
    [InlineData("s.v > t.v", "true")]
    public async Task Keys_of_several_columns_and_nulls_in_them_match_as_equals_do(string? matchWhen, string vectors)
    {
        const string Rows = "SELECT * FROM (VALUES (1, 'a', 1), (1, 'b', 1), (1, NULL, 1), (NULL, 'a', 1), (2, 'a', 1)) t(x, y, v)";
        await fixture.CreateAsync(Rows, null, WriterFixture.FeedOn, (TableProperties.EnableDeletionVectors, vectors));
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);

        var result = await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest
            {
                SourceSql = "SELECT * FROM (VALUES (1, 'a', 5, false), (1, NULL, 6, false), (2, 'a', 7, true), (3, 'c', 8, false)) t(x, y, v, gone)",
                Keys = ["x", "y"],
                MatchWhenSql = matchWhen,
                DeleteWhenSql = "gone",
            }
        );

        (result.RowsInserted, result.RowsUpdated, result.RowsDeleted).ShouldBe((2, 1, 1));
        (await fixture.RowsAsync()).ShouldBe(["1|a|5", "1|b|1", "1|~|1", "1|~|6", "3|c|8", "~|a|1"]);
    }

    [Fact]
    public async Task Inserting_only_leaves_files_alone()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name", null, WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id, 'old' AS name");

        var result = await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest
            {
                SourceSql = "SELECT * FROM (VALUES (1, 'new'), (2, 'new')) t(id, name)",
                Keys = ["id"],
                UpdateMatched = false,
            }
        );

        (result.FilesRemoved, result.FilesAdded).ShouldBe((0, 1));
        (await fixture.RowsAsync()).ShouldBe(["1|old", "2|new"]);
        (await fixture.ChangesAsync(2)).ShouldBe(["2|new|insert|2"]);
    }

    [Fact]
    public async Task A_merge_into_an_empty_table_inserts()
    {
        await fixture.CreateAsync("SELECT 1 AS id");

        await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest { SourceSql = "SELECT 1 AS id UNION ALL SELECT NULL UNION ALL SELECT NULL", Keys = ["id"] }
        );

        (await fixture.RowsAsync()).ShouldBe(["1", "~", "~"]);
    }

    [Fact]
    public async Task A_merge_that_changes_nothing_commits_nothing()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");

        (
            await fixture.Writer.MergeAsync(
                fixture.Connection,
                new MergeRequest
                {
                    SourceSql = "SELECT 5 AS id",
                    Keys = ["id"],
                    DeleteWhenSql = "true",
                }
            )
        ).Commit.ShouldBeNull();
    }

    [Theory]
    [InlineData("SELECT 1 AS id UNION ALL SELECT 1", "id", "more than once")]
    [InlineData("SELECT 1 AS other", "id", "lacks the key column")]
    [InlineData("SELECT 1 AS id", "nothing", "no column 'nothing'")]
    public async Task A_source_without_clear_keys_is_refused(string source, string key, string reason)
    {
        await fixture.CreateAsync("SELECT 1 AS id, 2 AS other");

        (
            await fixture
                .Writer.MergeAsync(fixture.Connection, new MergeRequest { SourceSql = source, Keys = [key] })
                .ShouldFailAsync(DeltaLogError.InvalidData)
        ).Message.ShouldContain(reason);
        fixture.Texts("SELECT table_name FROM duckdb_tables()").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task Any_course_of_operations_equals_a_simple_model(int seed, bool partitioned)
    {
        var random = new Random(seed);
        var model = new Dictionary<(int A, string B), (int Value, string Part)>();
        await fixture.CreateAsync("SELECT 1 AS a, 'x' AS b, 1 AS value, 'p' AS part", partitioned ? ["part"] : [], WriterFixture.FeedOn);
        var replayed = new List<string>();
        for (var step = 1; step <= 25; step++)
        {
            var before = Rows(model);
            var version = await StepAsync(random, model);
            if (version is null)
                continue;
            (await fixture.RowsAsync()).ShouldBe(Rows(model), $"step {step}");
            replayed = Replay(replayed, await fixture.ChangesAsync(version.Value));
            replayed.ShouldBe(Rows(model), $"the feed of step {step}, from {before.Count} rows");
        }
    }

    public void Dispose() => fixture.Dispose();

    private static List<string> Rows(Dictionary<(int A, string B), (int Value, string Part)> model) =>
        [.. model.Select(pair => $"{pair.Key.A}|{pair.Key.B}|{pair.Value.Value}|{pair.Value.Part}").Order(StringComparer.Ordinal)];

    private static List<string> Replay(List<string> rows, List<string> changes)
    {
        var next = rows.ToList();
        var split = changes.Select(change => change.Split('|')).Select(parts => (Row: string.Join('|', parts[..4]), Kind: parts[4])).ToList();
        foreach (var (row, _) in split.Where(change => change.Kind is "delete" or "update_preimage"))
            next.Remove(row).ShouldBeTrue($"{row} was not there");
        next.AddRange(split.Where(change => change.Kind is "insert" or "update_postimage").Select(change => change.Row));
        return [.. next.Order(StringComparer.Ordinal)];
    }

    private async Task<long?> StepAsync(Random random, Dictionary<(int A, string B), (int Value, string Part)> model)
    {
        switch (random.Next(5))
        {
            case 0:
                var limit = random.Next(100);
                foreach (var key in model.Where(pair => pair.Value.Value < limit / 3).Select(pair => pair.Key).ToList())
                    model.Remove(key);
                return (await fixture.Writer.DeleteAsync(fixture.Connection, $"value < {limit / 3}")).Commit?.Version;
            case 1:
                var part = $"p{random.Next(3)}";
                foreach (var (key, (value, _)) in model.Where(pair => pair.Value.Part == part).ToList())
                    model[key] = (value + 1, part);
                return (await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["value"] = "value + 1" }, $"part = '{part}'"))
                    .Commit
                    ?.Version;
            default:
                var source = Enumerable
                    .Range(0, random.Next(1, 30))
                    .Select(_ => (A: random.Next(8), B: $"k{random.Next(8)}", Value: random.Next(100), Part: $"p{random.Next(3)}", Delete: random.Next(4) == 0))
                    .DistinctBy(row => (row.A, row.B))
                    .ToList();
                foreach (var row in source)
                {
                    if (row.Delete)
                        model.Remove((row.A, row.B));
                    else
                        model[(row.A, row.B)] = (row.Value, row.Part);
                }

                var values = string.Join(", ", source.Select(row => $"({row.A}, '{row.B}', {row.Value}, '{row.Part}', {row.Delete})"));
                return (
                    await fixture.Writer.MergeAsync(
                        fixture.Connection,
                        new MergeRequest
                        {
                            SourceSql = $"SELECT * FROM (VALUES {values}) t(a, b, value, part, gone)",
                            Keys = ["a", "b"],
                            DeleteWhenSql = "gone",
                        }
                    )
                ).Commit?.Version;
        }
    }
}
