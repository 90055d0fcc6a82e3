using System.Globalization;
using System.Net;
using System.Text.Json;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Conditions by which a server may leave out files.</summary>
public sealed class HintsTests : TableTest
{
    private const string Schema =
        """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},{"name":"date","type":"date","nullable":true,"metadata":{}},{"name":"a name","type":"string","nullable":true,"metadata":{}},{"name":"at","type":"timestamp","nullable":true,"metadata":{}},{"name":"open","type":"boolean","nullable":true,"metadata":{}},{"name":"score","type":"double","nullable":true,"metadata":{}},{"name":"ratio","type":"float","nullable":true,"metadata":{}}]}""";

    private string path = null!;

    // Files 0 to 3, one for each day from the first of May; file n has the ids 10n to 10n + 9, and file 3 has no statistics.
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var table = new LakeTable(Path.Combine(Process.Lake, "hints"));
        table.Commit([LakeTable.ProtocolLine(), Metadata(), .. Enumerable.Range(0, 4).Select(Add)]);
        path = await ShareAsync("hints", table);
    }

    [Theory]
    [ProtocolRule("SQL Expressions for Filtering", "Conditions in SQL leave out files by partition values and statistics; all of them count")]
    [ProtocolRule("SQL Expressions for Filtering", "A constant may stand on either side")]
    [ProtocolRule("Spark client", "Texts of Spark's, with casts and backquotes, are understood")]
    [InlineData("date = '2026-05-02'", "1")]
    [InlineData("date = CAST('2026-05-02' AS DATE)", "1")]
    [InlineData("`date` >= DATE '2026-05-03'", "23")]
    [InlineData("(date IS NOT NULL)", "0123")]
    [InlineData("date IS NULL", "")]
    [InlineData("'2026-05-02' > date", "0")]
    [InlineData("date <> '2026-05-01'", "123")]
    [InlineData("id >= 15", "123")]
    [InlineData("id < 5", "03")]
    [InlineData("id = 12 ; date >= '2026-05-02'", "13")]
    [InlineData("`a name` = 'n1'", "13")]
    [InlineData("(NOT (date = CAST('2026-05-02' AS DATE)))", "023")]
    [InlineData("open", "0123")]
    [InlineData("at >= '2026-05-02 00:00:00'", "0123")]
    [InlineData("at >= '2026-05-02T00:00:00Z'", "123")]
    public async Task Sql_hints_leave_out_what_cannot_match(string hints, string files) =>
        (await FilesAsync(new { predicateHints = hints.Split(" ; ") })).ShouldBe(files);

    [Theory]
    [ProtocolRule("SQL Expressions for Filtering", "What cannot be parsed leaves out nothing and fails nothing")]
    [InlineData("date = ")]
    [InlineData("nonsense (")]
    [InlineData("year(date) = 2026")]
    [InlineData("nothing = 1")]
    [InlineData("CAST(id AS STRING) = '1'")]
    [InlineData("id = 'abc'")]
    [InlineData("1 = 1")]
    [InlineData("date < TIMESTAMP '2026-04-30T00:00:00Z'")]
    [InlineData("\"date\" <> '2026-05-01'")]
    [InlineData("`a name` = 'n''1'")]
    public async Task Sql_hints_that_are_not_understood_leave_out_nothing(string hint) =>
        (await FilesAsync(new { predicateHints = new[] { hint } })).ShouldBe("0123");

    [Fact]
    public async Task Casts_within_casts_without_end_leave_out_nothing() =>
        (await FilesAsync(new { predicateHints = new[] { "id = " + string.Concat(Enumerable.Repeat("CAST(", 90_000)) } })).ShouldBe("0123");

    [Theory]
    [ProtocolRule("JSON predicates for Filtering", "A tree of conditions leaves out files by partition columns and by statistics of data columns")]
    [InlineData(
        """{"op":"equal","children":[{"op":"column","name":"date","valueType":"date"},{"op":"literal","value":"2026-05-02","valueType":"date"}]}""",
        "1"
    )]
    [InlineData(
        """{"op":"lessThan","children":[{"op":"literal","value":"2026-05-02","valueType":"date"},{"op":"column","name":"date","valueType":"date"}]}""",
        "23"
    )]
    [InlineData(
        """{"op":"greaterThanOrEqual","children":[{"op":"column","name":"id","valueType":"long"},{"op":"literal","value":"25","valueType":"long"}]}""",
        "23"
    )]
    [InlineData("""{"op":"lessThanOrEqual","children":[{"op":"column","name":"ID","valueType":"int"},{"op":"literal","value":"9","valueType":"int"}]}""", "03")]
    [InlineData(
        """{"op":"equal","children":[{"op":"column","name":"id","valueType":"long"},{"op":"literal","value":"9223372036854775808","valueType":"long"}]}""",
        "0123"
    )]
    [InlineData("""{"op":"isNull","children":[{"op":"column","name":"date","valueType":"date"}]}""", "")]
    [InlineData("""{"op":"not","children":[{"op":"isNull","children":[{"op":"column","name":"date","valueType":"date"}]}]}""", "0123")]
    [InlineData(
        """{"op":"equal","children":[{"op":"column","name":"a name","valueType":"string"},{"op":"literal","value":"n2","valueType":"string"}]}""",
        "23"
    )]
    [InlineData(
        """{"op":"greaterThan","children":[{"op":"column","name":"at","valueType":"timestamp"},{"op":"literal","value":"2026-05-03T12:00:00Z","valueType":"timestamp"}]}""",
        "23"
    )]
    [InlineData(
        """{"op":"and","children":[{"op":"greaterThan","children":[{"op":"column","name":"id","valueType":"long"},{"op":"literal","value":"5","valueType":"long"}]},{"op":"lessThan","children":[{"op":"column","name":"date","valueType":"date"},{"op":"literal","value":"2026-05-02","valueType":"date"}]}]}""",
        "0"
    )]
    [InlineData(
        """{"op":"or","children":[{"op":"equal","children":[{"op":"column","name":"date","valueType":"date"},{"op":"literal","value":"2026-05-01","valueType":"date"}]},{"op":"equal","children":[{"op":"column","name":"id","valueType":"long"},{"op":"literal","value":"15","valueType":"long"}]}]}""",
        "013"
    )]
    [InlineData(
        """{"op":"lessThanOrEqual","children":[{"op":"column","name":"score","valueType":"double"},{"op":"literal","value":"0.5","valueType":"double"}]}""",
        "03"
    )]
    [InlineData(
        """{"op":"lessThan","children":[{"op":"column","name":"ratio","valueType":"float"},{"op":"literal","value":"6e-1","valueType":"float"}]}""",
        "03"
    )]
    [InlineData("""{"op":"literal","value":"false","valueType":"bool"}""", "")]
    [InlineData("""{"op":"literal","value":"true","valueType":"bool"}""", "0123")]
    [InlineData("""{"op":"column","name":"open","valueType":"bool"}""", "0123")]
    public async Task Json_hints_leave_out_what_cannot_match(string tree, string files) =>
        (await FilesAsync(new { jsonPredicateHints = tree })).ShouldBe(files);

    [Fact]
    [ProtocolRule(
        "JSON predicates for Filtering",
        "The parser is tolerant",
        Served = "trailing commas and comments are passed over; the tree may also come as JSON instead of a text of it"
    )]
    public async Task A_trailing_comma_and_a_tree_that_is_no_text_are_taken()
    {
        const string Tree =
            """{"op":"equal","children":[{"op":"column","name":"date","valueType":"date"},{"op":"literal","value":"2026-05-02","valueType":"date",},],}""";

        (await FilesAsync(new { jsonPredicateHints = Tree })).ShouldBe("1");
        (await FilesAsync($$"""{"jsonPredicateHints":{{Tree}}}""")).ShouldBe("1");
    }

    [Theory]
    [ProtocolRule(
        "JSON predicates for Filtering",
        "Anything unclear leaves out nothing and fails nothing: unknown ops and types, types that differ, wrong children, no JSON"
    )]
    [InlineData("{not json")]
    [InlineData("""{"op":"equal"}""")]
    [InlineData("""{"op":"between","children":[]}""")]
    [InlineData("""{"op":"equal","children":[{"op":"column","name":"date","valueType":"string"},{"op":"literal","value":"2026-05-02","valueType":"date"}]}""")]
    [InlineData("""{"op":"equal","children":[{"op":"column","name":"id","valueType":"string"},{"op":"literal","value":"5","valueType":"string"}]}""")]
    [InlineData("""{"op":"equal","children":[{"op":"column","name":"nothing","valueType":"long"},{"op":"literal","value":"5","valueType":"long"}]}""")]
    [InlineData("""{"op":"equal","children":[{"op":"column","name":"id","valueType":"long"},{"op":"literal","value":"five","valueType":"long"}]}""")]
    [InlineData(
        """{"op":"equal","children":[{"op":"column","name":"at","valueType":"timestamp"},{"op":"literal","value":"2026-05-09 00:00:00","valueType":"timestamp"}]}"""
    )]
    [InlineData("""{"op":"equal","children":[{"op":"column","name":"id","valueType":"long"},{"op":"column","name":"id","valueType":"long"}]}""")]
    [InlineData("""{"op":"and","children":[{"op":"literal","value":"false","valueType":"bool"}]}""")]
    [InlineData(
        """{"op":"not","children":[{"op":"equal","children":[{"op":"column","name":"nothing","valueType":"long"},{"op":"literal","value":"5","valueType":"long"}]}]}"""
    )]
    [InlineData("[]")]
    [InlineData("""{"op":"equal","children":[{"op":"column","name":"id","valueType":"decimal"},{"op":"literal","value":"5","valueType":"decimal"}]}""")]
    public async Task Json_hints_that_are_not_clear_leave_out_nothing(string tree) => (await FilesAsync(new { jsonPredicateHints = tree })).ShouldBe("0123");

    [Fact]
    [ProtocolRule("JSON predicates for Filtering", "A tree deeper than 100 levels or longer than 1 MiB leaves out nothing")]
    public async Task Trees_beyond_the_limits_leave_out_nothing()
    {
        const string None = """{"op":"literal","value":"false","valueType":"bool"}""";
        string Deep(int negations) =>
            string.Concat(Enumerable.Repeat("""{"op":"not","children":[""", negations)) + None + string.Concat(Enumerable.Repeat("]}", negations));

        (await FilesAsync(new { jsonPredicateHints = Deep(98) })).ShouldBe("");
        (await FilesAsync(new { jsonPredicateHints = Deep(100) })).ShouldBe("0123");
        (await FilesAsync(new { jsonPredicateHints = Deep(2000) })).ShouldBe("0123");
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "Conditions are applied before the limit, and pages go on where they ended")]
    public async Task Conditions_come_before_the_limit_and_hold_over_pages()
    {
        (await FilesAsync(new { predicateHints = new[] { "date >= '2026-05-02'" }, limitHint = 11 })).ShouldBe("12");
        (
            await FilesAsync(
                new
                {
                    predicateHints = new[] { "date >= '2026-05-02'" },
                    jsonPredicateHints = """{"op":"lessThan","children":[{"op":"column","name":"date","valueType":"date"},{"op":"literal","value":"2026-05-04","valueType":"date"}]}""",
                }
            )
        ).ShouldBe("12");

        var (files, token) = ("", (string?)null);
        do
        {
            var page = await QueryAsync(
                path,
                new
                {
                    predicateHints = new[] { "date >= '2026-05-02'" },
                    maxFiles = 2,
                    pageToken = token,
                }
            );
            files += Names(page.ShouldBe(HttpStatusCode.OK));
            token = page.Lines[^1].Body.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        } while (token is not null);

        files.ShouldBe("123");
        var first = await QueryAsync(path, new { predicateHints = new[] { "date >= '2026-05-02'" }, maxFiles = 2 });
        var other = new { maxFiles = 2, pageToken = first.Lines[^1].Body.GetProperty("nextPageToken").GetString() };
        (await QueryAsync(path, other)).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("Query parameter mismatch detected for the next page query");
    }

    [Theory]
    [ProtocolRule(
        "Read Data from a Table",
        "Before limitHint stops, only rows count that are known to meet all conditions",
        Served = "clients that filter what they get would else have fewer rows than there are"
    )]
    [InlineData("id >= 15", 5, "12")]
    [InlineData("id >= 10", 5, "1")]
    [InlineData("id >= 10", 11, "12")]
    [InlineData("id >= 10", 21, "123")]
    [InlineData("date >= '2026-05-02'", 5, "1")]
    [InlineData("date >= '2026-05-02' ; id > 10", 5, "12")]
    [InlineData("year(date) = 2026", 5, "0123")]
    [InlineData("date >= '2026-05-02' ; year(date) = 2026", 5, "123")]
    [InlineData("", 5, "0")]
    public async Task Rows_that_may_not_meet_the_conditions_are_none_of_those_that_a_limit_counts(string hints, int limit, string files) =>
        (await FilesAsync(new { predicateHints = hints.Split(" ; "), limitHint = limit })).ShouldBe(files);

    [Theory]
    [InlineData("15", "long", "12")]
    [InlineData("10", "long", "1")]
    [InlineData("10", "decimal", "0123")]
    public async Task The_same_holds_for_trees_of_conditions(string value, string type, string files)
    {
        var tree =
            $$"""{"op":"greaterThanOrEqual","children":[{"op":"column","name":"id","valueType":"{{type}}"},{"op":"literal","value":"{{value}}","valueType":"{{type}}"}]}""";

        (await FilesAsync(new { jsonPredicateHints = tree, limitHint = 5 })).ShouldBe(files);
    }

    [Fact]
    public async Task All_files_that_hints_leave_come_however_many_they_are()
    {
        const int Count = 20_000;
        var table = new LakeTable(Path.Combine(Process.Lake, "many"));
        table.Commit([
            LakeTable.ProtocolLine(),
            Metadata(),
            Add(1),
            .. Enumerable.Range(0, Count).Select(n => LakeTable.AddLine($"many-{n:D5}.parquet", 10, 1)),
        ]);
        var many = await ShareAsync("many", table);

        var answer = (await QueryAsync(many, new { predicateHints = new[] { "id = 100" } })).ShouldBe(HttpStatusCode.OK);

        var names = answer.Files().Select(file => new Uri(file.GetProperty("url").GetString()!).Segments[^1]);
        names.ShouldBe(Enumerable.Range(0, Count).Select(n => $"many-{n:D5}.parquet"));
    }

    private static string Metadata() =>
        JsonSerializer.Serialize(
            new
            {
                metaData = new
                {
                    id = "h",
                    format = new { provider = "parquet", options = new { } },
                    schemaString = Schema,
                    partitionColumns = new[] { "date" },
                    configuration = new { },
                },
            }
        );

    private static string Add(int n)
    {
        var day = new DateOnly(2026, 5, 1).AddDays(n).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var stats = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"numRecords":10,"minValues":{"id":{{{n * 10}}},"a name":"n{{{n}}}","at":"{{{day}}}T08:00:00.000Z","score":{{{n}}}.5,"ratio":{{{n}}}.5},"maxValues":{"id":{{{(n * 10) + 9}}},"a name":"n{{{n}}}","at":"{{{day}}}T20:00:00.000Z","score":{{{n}}}.75,"ratio":{{{n}}}.75},"nullCount":{"id":0,"a name":0,"at":0,"score":0,"ratio":0}}"""
        );
        return $$$"""{"add":{"path":"part-{{{n}}}.parquet","partitionValues":{"date":"{{{day}}}"},"size":10,"modificationTime":1,"dataChange":true{{{(n == 3 ? "" : $",\"stats\":{JsonSerializer.Serialize(stats)}")}}}}}""";
    }

    private async Task<string> FilesAsync(object body) => Names((await QueryAsync(path, body)).ShouldBe(HttpStatusCode.OK));

    private static string Names(Answer answer) => string.Concat(answer.Files().Select(file => file.GetProperty("url").GetString()!.Split("/part-")[1][0]));
}
