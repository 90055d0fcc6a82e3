using System.Text;
using System.Text.Json;
using Tideway.Cli.Tables;
using Tideway.Cli.Tests.Support;
using Tideway.DuckDb;

namespace Tideway.Cli.Tests.Tables;

/// <summary>Timestamps of rows are texts of ISO 8601, with a Z where they are points in time.</summary>
public sealed class RowTimeTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task They_are_the_same_in_json_csv_and_tables()
    {
        var path = await MakeAsync(
            "SELECT TIMESTAMPTZ '2026-11-27 05:32:19.84+02' AS \"at \"\"x\"\"\", TIMESTAMP '2026-11-27 03:32:19.000001' AS local, NULL::TIMESTAMPTZ AS never"
        );
        var file = folder.File("rows.json");

        var json = await new CliRun().RunAsync("table", "rows", path, "-o", "json");
        var written = await new CliRun().RunAsync("table", "rows", path, "-o", "json", "--out", file);
        var csv = await new CliRun().RunAsync("table", "rows", path, "-o", "csv");
        var table = await new CliRun().RunAsync("table", "rows", path);

        const string Expected = """{"at \"x\"":"2026-11-27T03:32:19.84Z","local":"2026-11-27T03:32:19.000001","never":null}""";
        json.ExitCode.ShouldBe(0, json.Error);
        json.Json[0].ToString().ShouldBe(Expected);
        written.ExitCode.ShouldBe(0, written.Error);
        JsonElement.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))[0].ToString().ShouldBe(Expected);
        Encoding.UTF8.GetString(csv.Bytes).Split('\n')[1].ShouldBe("2026-11-27T03:32:19.84Z,2026-11-27T03:32:19.000001,");
        table.Lines[1].Trim().ShouldMatch("^2026-11-27T03:32:19.84Z +2026-11-27T03:32:19.000001$");
    }

    [Fact]
    public async Task They_are_found_however_deep_they_lie_and_what_is_absent_stays_absent()
    {
        const string At = "TIMESTAMPTZ '2026-11-27 03:32:19+00'";
        var path = await MakeAsync(
            $$"""
            SELECT 1 AS id, {'t0': {{At}}, 'in': {'t': {{At}}}, 'text': '2026-11-27 03:32:19+00'} AS s, [{{At}}, NULL] AS l, MAP {{{At}}: [{'t': {{At}}}]} AS m,
                [[TIMESTAMP '2026-11-27 03:32:19']] AS t0
            UNION ALL SELECT 2, NULL, NULL, NULL, NULL ORDER BY 1
            """
        );

        var run = await new CliRun().RunAsync("table", "rows", path, "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        const string Z = "\"2026-11-27T03:32:19Z\"";
        var rows = run.Json.EnumerateArray().OrderBy(row => row.GetProperty("id").GetInt32()).Select(row => row.ToString());
        rows.ShouldBe([
            $$$"""{"id":1,"s":{"t0":{{{Z}}},"in":{"t":{{{Z}}}},"text":"2026-11-27 03:32:19+00"},"l":[{{{Z}}},null],"m":{{{{Z}}}:[{"t":{{{Z}}}}]},"t0":[["2026-11-27T03:32:19"]]}""",
            """{"id":2,"s":null,"l":null,"m":null,"t0":null}""",
        ]);
    }

    [Theory]
    [InlineData("9999-12-31 23:59:59.999999", "9999-12-31T23:59:59.999999")]
    [InlineData("10000-01-01 00:00:00.5", "+010000-01-01T00:00:00.5")]
    [InlineData("294246-12-31 23:00:00", "+294246-12-31T23:00:00")]
    [InlineData("0001-01-01 00:00:00", "0001-01-01T00:00:00")]
    [InlineData("0001-12-31 (BC) 23:59:59.25", "+000000-12-31T23:59:59.25")]
    [InlineData("0044-03-15 (BC) 12:00:00", "-000043-03-15T12:00:00")]
    [InlineData("infinity", "infinity")]
    public void A_year_that_four_digits_do_not_hold_has_a_sign_and_six(string time, string expected)
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions { Locked = true });
        using var connection = database.Connect();
        var sql = $"SELECT TIMESTAMP '{time}' AS local, CAST(TIMESTAMP '{time}' AS TIMESTAMPTZ) AS at";

        using var none = connection.Query(sql, TestContext.Current.CancellationToken);
        var json = connection.Scalar<string>($"SELECT CAST(to_json(r) AS VARCHAR) FROM ({TimestampText.Select(sql, none.Columns)}) r");

        var zone = time == "infinity" ? "" : "Z";
        json.ShouldBe($$"""{"local":"{{expected}}","at":"{{expected}}{{zone}}"}""");
    }

    private async Task<string> MakeAsync(string sql)
    {
        var path = folder.File("t");
        var made = await new CliRun().RunAsync("table", "create", path, "--sql", sql);
        made.ExitCode.ShouldBe(0, made.Error);
        return path;
    }
}
