using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Pruning;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Tests.Pruning;

public sealed class PruningTests : IDisposable
{
    private readonly TableFolder folder = new();

    [Theory]
    [InlineData("integer", "\"min\"", "5", "x > 3", true)]
    [InlineData("integer", "1", "5", "x > 5", false)]
    [InlineData("integer", "1", "5", "x >= 4.5", true)]
    [InlineData("integer", "1", "5", "NOT x <= 5", false)]
    [InlineData("integer", "4", "4", "x <> 4", false)]
    [InlineData("integer", "4", "4", "x = '4'", true)]
    [InlineData("integer", "4", "4", "x = 'four'", true)]
    [InlineData("string", "\"a\"", "\"b\"", "x = 5", true)]
    [InlineData("string", "\"a\"", "\"b\"", "x > 'b'", false)]
    [InlineData("string", "\"a\"", "\"bz\"", "x LIKE 'ba%'", true)]
    [InlineData("string", "\"a\"", "\"b\"", "x LIKE 'c%'", false)]
    [InlineData("string", "\"aa\"", "\"ab\"", "x NOT LIKE 'a%'", false)]
    [InlineData("string", "\"a\"", "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"", "x = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbz'", true)]
    [InlineData("double", "1.5", "2.5", "x < 1.5", false)]
    [InlineData("double", "1.5", "2.5", "x > 2.5", true)]
    [InlineData("double", "\"NaN\"", "\"NaN\"", "x = 7", true)]
    [InlineData("double", "\"-Infinity\"", "2.5", "x = 7", false)]
    [InlineData("float", "0.1", "0.1", "x = 0.1", true)]
    [InlineData("decimal(10,2)", "1.25", "1.25", "x = 1.250", true)]
    [InlineData("decimal(10,2)", "1.25", "1.25", "x > 1.26", false)]
    [InlineData("decimal(38,2)", "1e20", "1e20", "x = 99999999999999999999.99", true)]
    [InlineData("date", "\"2026-01-01\"", "\"2026-01-31\"", "x > '2026-01-31'", false)]
    [InlineData("date", "\"2026-01-01\"", "\"2026-01-31\"", "x = DATE '2026-01-31'", true)]
    [InlineData("timestamp", "\"2026-01-01T00:00:00.000Z\"", "\"2026-01-01T10:00:00.123Z\"", "x > TIMESTAMP '2026-01-01 10:00:00.1238'", true)]
    [InlineData("timestamp", "\"2026-01-01T00:00:00.000Z\"", "\"2026-01-01T10:00:00.123Z\"", "x > TIMESTAMP '2026-01-01 10:00:00.124'", false)]
    [InlineData("timestamp", "\"2026-01-01T00:00:00.000-08:00\"", "\"2026-01-01T00:00:00.000-08:00\"", "x < TIMESTAMP '2026-01-01 08:00:00'", false)]
    [InlineData("boolean", "false", "false", "x", false)]
    [InlineData("boolean", "false", "true", "x", true)]
    [InlineData("binary", "\"a\"", "\"b\"", "x = 'z'", true)]
    [InlineData("integer", "1", "5", "y = 7", true)]
    public async Task Statistics_decide_whether_a_file_can_match(string type, string min, string max, string sql, bool matches)
    {
        Create(type, $$$"""{"numRecords":3,"minValues":{"x":{{{min}}}},"maxValues":{"x":{{{max}}}},"nullCount":{"x":0}}""");

        (await CountAsync(sql)).ShouldBe(matches ? 1 : 0);
    }

    [Theory]
    [InlineData(0, "x IS NULL", false)]
    [InlineData(1, "x IS NULL", true)]
    [InlineData(3, "x IS NOT NULL", false)]
    [InlineData(3, "x = 1", false)]
    [InlineData(3, "NOT x = 1", false)]
    [InlineData(3, "x <=> NULL", true)]
    [InlineData(0, "NOT x <=> 4", true)]
    public async Task Counts_of_nulls_decide_too(int nulls, string sql, bool matches)
    {
        Create("integer", $$$"""{"numRecords":3,"nullCount":{"x":{{{nulls}}}}}""");

        (await CountAsync(sql)).ShouldBe(matches ? 1 : 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"minValues\":7,\"maxValues\":{\"x\":{\"y\":1}},\"nullCount\":{\"x\":\"many\"}}")]
    [InlineData("{\"numRecords\":3,\"minValues\":{\"x\":9},\"maxValues\":{\"x\":9},\"nullCount\":{\"x\":0}} and more")]
    [InlineData("{\"numRecords\":3,\"minValues\":{\"x\":null},\"maxValues\":{\"x\":null}}")]
    public async Task Statistics_that_say_nothing_leave_no_file_out(string stats)
    {
        Create("integer", stats);

        (await CountAsync("x = 1")).ShouldBe(1);
    }

    [Theory]
    [InlineData("date", "2026-01-31", "p = '2026-01-31'", true)]
    [InlineData("date", "2026-01-31", "p < DATE '2026-01-31'", false)]
    [InlineData("timestamp", "2026-01-31 10:00:00", "p = TIMESTAMP '2026-01-31 18:00:00'", true)]
    [InlineData("timestamp", "2026-01-31T10:00:00.000000Z", "p = TIMESTAMP '2026-01-31 18:00:00'", false)]
    [InlineData("string", "a b/%\u00fc", "p = 'a b/%\u00fc'", true)]
    [InlineData("string", "a", "p = 'A'", false)]
    [InlineData("string", "", "p IS NULL", true)]
    [InlineData("string", null, "p IS NOT NULL", false)]
    [InlineData("integer", "7", "p IN (1, 7)", true)]
    [InlineData("integer", "7", "p NOT IN (1, 7)", false)]
    // A text becomes one of the column's type first, rounded.
    [InlineData("integer", "2", "p = '1.5'", true)]
    [InlineData("integer", "2", "p = '3'", false)]
    [InlineData("decimal(10,2)", "1.01", "p = '1.005'", true)]
    [InlineData("decimal(10,2)", "1.01", "p = '1.00'", false)]
    [InlineData("float", "0.1", "p = '0.1'", true)]
    [InlineData("double", "NaN", "p = 7", true)]
    [InlineData("decimal(38,0)", "99999999999999999999999999999999999999", "p = 1", true)]
    [InlineData("boolean", "True", "NOT p", false)]
    [InlineData("binary", "a", "p = 'b'", true)]
    // Engines read what is no value of the type as null.
    [InlineData("integer", "seven", "p IS NULL", true)]
    [InlineData("date", "__HIVE_DEFAULT_PARTITION__", "p IS NULL", true)]
    [InlineData("date", "2026-01-31", "p IS NULL", false)]
    public async Task Partition_values_decide_by_their_type(string type, string? value, string sql, bool matches)
    {
        var add = TableFolder.File("f") with { PartitionValues = new Dictionary<string, string?> { ["p"] = value } };
        Create(type, add, "p");

        (await CountAsync(sql)).ShouldBe(matches ? 1 : 0);
    }

    [Fact]
    public async Task Mapped_and_nested_columns_are_found_by_their_physical_names()
    {
        const string Schema =
            """{"type":"struct","fields":[{"name":"s","type":{"type":"struct","fields":[{"name":"x","type":"integer","nullable":true,"metadata":{"delta.columnMapping.id":2,"delta.columnMapping.physicalName":"c2"}}]},"nullable":true,"metadata":{"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"c1"}}]}""";
        folder.Commit(
            0,
            Lines(
                TableFolder.NewProtocol(2, 5),
                TableFolder.NewMetadata(("delta.columnMapping.mode", "name")) with
                {
                    SchemaString = Schema,
                },
                TableFolder.File("f") with
                {
                    Stats = """{"numRecords":3,"minValues":{"c1":{"c2":1}},"maxValues":{"c1":{"c2":5}},"nullCount":{"c1":{"c2":0}}}""",
                }
            )
        );

        (await CountAsync("s.x > 5")).ShouldBe(0);
        (await CountAsync("S.X = 5")).ShouldBe(1);
        // Where the structure is null, its fields are too, counted or not.
        (await CountAsync("s.x IS NULL")).ShouldBe(1);
    }

    [Fact]
    public async Task Files_that_match_come_in_the_order_of_all_files()
    {
        folder.Create([
            .. Enumerable
                .Range(0, 50)
                .Select(index =>
                    TableFolder.Add($"f{index % 7}-{index}", $$$""","stats":"{\"minValues\":{\"id\":{{{index}}}},\"maxValues\":{\"id\":{{{index}}}}}" """)
                ),
        ]);
        var snapshot = await folder.Table.LoadAsync();

        var found = snapshot.FilesMatching(SqlPredicate.TryParse("id >= 20")!).Select(file => file.Path).ToList();

        found.Count.ShouldBe(30);
        found.ShouldBe(snapshot.Files.Select(file => file.Path).Where(found.Contains));
    }

    [Fact]
    public async Task What_was_found_is_read_from_any_place_to_any_other_and_again()
    {
        CreateOneToFifty();
        var found = (await folder.Table.LoadAsync()).FilesMatching(SqlPredicate.TryParse("id > 20")!);
        var paths = found.Select(file => file.Path).ToList();

        paths.Count.ShouldBe(found.Count);
        Paths(found).ShouldBe(paths);
        Paths(found.From(7)).ShouldBe(paths[7..]);
        Paths(found.From(7).First(5)).ShouldBe(paths[7..12]);
        Paths(found.First(1000)).ShouldBe(paths);
        Paths(found.From(1000)).ShouldBeEmpty();
        Enumerable.Range(0, found.Count).Select(index => found[index].Path).ShouldBe(paths);
        Should.Throw<ArgumentOutOfRangeException>(() => found.From(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => found.First(-1));

        static IEnumerable<string> Paths(FoundFiles files) => files.Select(file => file.Path);
    }

    [Fact]
    public async Task However_many_constants_a_column_is_compared_with_files_are_left_out()
    {
        CreateOneToFifty();
        var even = Enumerable.Range(0, 50_000).Select(number => (number * 2) + 20);

        (await CountAsync($"id IN ({string.Join(", ", even)})")).ShouldBe(15);
        (await CountAsync(string.Join(" OR ", even.Select(number => $"ID = {number}")))).ShouldBe(15);
        (await CountAsync($"id NOT IN ({string.Join(", ", even)})")).ShouldBe(35);
    }

    [Fact]
    public async Task Of_a_condition_with_very_many_tests_those_that_are_too_many_may_come_to_anything()
    {
        CreateOneToFifty();
        var others = string.Join(" OR ", Enumerable.Range(0, PredicateBinder.MaxTests).Select(number => $"(id > {1000 + number} AND id <> 7)"));

        (await CountAsync($"id > 1000 OR ({others})")).ShouldBe(50);
        (await CountAsync($"id < 10 AND ({others})")).ShouldBe(10);
        (await CountAsync("id > 1000 OR (id > 1001 AND id <> 7)")).ShouldBe(0);
    }

    [Theory]
    [InlineData("id > 7")]
    [InlineData("id = NULL")]
    [InlineData("id IN (NULL)")]
    [InlineData("year(id) = 1")]
    [InlineData("(id > 7 OR id < 3)")]
    [InlineData("(id > 7 OR NOT (id < 3 AND year(id) = 1))")]
    public async Task However_long_a_condition_is_little_is_to_be_decided_for_each_file(string part)
    {
        CreateOneToFifty();
        var snapshot = await folder.Table.LoadAsync();

        foreach (var word in new[] { " AND ", " OR " })
        {
            var condition = SqlPredicate.TryParse(string.Join(word, Enumerable.Repeat(part, 20_000)))!;
            new PredicateBinder(snapshot).Bind(condition).Size.ShouldBeLessThan(5 * PredicateBinder.MaxTests);
        }
    }

    [Fact]
    public async Task Who_does_not_want_the_files_any_more_is_not_looked_for_further()
    {
        CreateOneToFifty();
        var snapshot = await folder.Table.LoadAsync();
        var predicate = SqlPredicate.TryParse("id >= 20")!;
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        Should.Throw<OperationCanceledException>(() => snapshot.FilesMatching(predicate, gone.Token));
        Should.Throw<OperationCanceledException>(() => snapshot.CountFilesMatching(predicate, gone.Token));
    }

    public void Dispose() => folder.Dispose();

    private void CreateOneToFifty() =>
        folder.Create([
            .. Enumerable
                .Range(0, 50)
                .Select(index =>
                    TableFolder.Add($"f{index}", $$$""","stats":"{\"numRecords\":1,\"minValues\":{\"id\":{{{index}}}},\"maxValues\":{\"id\":{{{index}}}}}" """)
                ),
        ]);

    private static string[] Lines(params DeltaAction[] actions) => System.Text.Encoding.UTF8.GetString(ActionWriter.Write(actions).Span).TrimEnd().Split('\n');

    private void Create(string type, string stats) => Create(type, TableFolder.File("f") with { Stats = stats }, "x");

    private void Create(string type, AddFile add, string column) =>
        folder.Commit(
            0,
            Lines(
                TableFolder.NewProtocol(),
                TableFolder.NewMetadata() with
                {
                    SchemaString = $$$"""{"type":"struct","fields":[{"name":"{{{column}}}","type":"{{{type}}}","nullable":true,"metadata":{}}]}""",
                    PartitionColumns = column == "p" ? ["p"] : [],
                },
                add
            )
        );

    private async Task<int> CountAsync(string sql) => (await folder.Table.LoadAsync()).CountFilesMatching(SqlPredicate.TryParse(sql)!);
}
