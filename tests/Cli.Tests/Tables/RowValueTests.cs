using Tideway.Cli.Tables;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

/// <summary>Values of rows as they are shown, and numbers that are none: JSON has none of those.</summary>
public sealed class RowValueTests : IDisposable
{
    private const string Rows = """
        SELECT 'NaN'::DOUBLE AS d, 'Infinity'::FLOAT AS f, {'x': '-Infinity'::DOUBLE, 'NaN': 1.5::DOUBLE} AS s, ['NaN'::FLOAT, 1, NULL] AS l,
            MAP {'k': 'Infinity'::DOUBLE} AS m, 'a "NaN" \ Infinity' AS t
        """;

    private const string Expected = """
        {"d":"NaN","f":"Infinity","s":{"x":"-Infinity","NaN":1.5},"l":["NaN",1.0,null],"m":{"k":"Infinity"},"t":"a \"NaN\" \\ Infinity"}
        """;

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task They_are_shown_in_tables_and_are_texts_in_json_however_deep_they_are()
    {
        var path = await MakeAsync(Rows);
        var file = folder.File("rows.json");

        var table = await new CliRun().RunAsync("table", "rows", path);
        var json = await new CliRun().RunAsync("table", "rows", path, "-o", "json");
        var written = await new CliRun().RunAsync("table", "rows", path, "-o", "json", "--out", file);

        table.ExitCode.ShouldBe(0, table.Error);
        table.Lines[1].ShouldMatch(@"^NaN +Infinity +x=-Infinity, NaN=1\.5 +NaN, 1\.0, +k=Infinity ");
        json.Json[0].ToString().ShouldBe(Expected);
        written.ExitCode.ShouldBe(0, written.Error);
        System.Text.Json.JsonElement.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))[0].ToString().ShouldBe(Expected);
    }

    [Fact]
    public async Task Csv_and_parquet_have_them_as_they_are()
    {
        var path = await MakeAsync("SELECT 'NaN'::DOUBLE AS d");

        var run = await new CliRun().RunAsync("table", "rows", path, "-o", "csv");

        System.Text.Encoding.UTF8.GetString(run.Bytes).ShouldBe("d\nnan\n");
    }

    [Theory]
    [InlineData("""{"a":NaN}""", """{"a":"NaN"}""")]
    [InlineData("""[-Infinity,Infinity,NaN,-1.5e+10,null,true]""", """["-Infinity","Infinity","NaN",-1.5e+10,null,true]""")]
    [InlineData("""{"NaN":"NaN\\\"Infinity","b":[[NaN]]}""", """{"NaN":"NaN\\\"Infinity","b":[["NaN"]]}""")]
    [InlineData("NaN", "\"NaN\"")]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    public void Only_what_is_no_text_already_becomes_one(string json, string expected) => NumberJson.Quote(json).ShouldBe(expected);

    [Fact]
    public async Task A_column_is_found_in_any_case_and_shown_with_its_values()
    {
        var path = await MakeAsync("SELECT 7 AS id, 'Bremen' AS City");

        var run = await new CliRun().RunAsync("table", "rows", path, "--column", "ID", "--column", "city");

        run.Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ShouldBe([
                ["id", "City"],
                ["7", "Bremen"],
            ]);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("parquet")]
    public async Task A_folder_that_is_not_there_is_named_and_not_made(string format)
    {
        var missing = folder.File("none/below");

        var run = await new CliRun().RunAsync("table", "rows", await MakeAsync("SELECT 1 AS id"), "-o", format, "--out", Path.Combine(missing, "rows"));

        run.ExitCode.ShouldBe(3);
        run.Error.ShouldContain($"--out: there is no folder {missing}.");
        Directory.Exists(folder.File("none")).ShouldBeFalse();
    }

    private async Task<string> MakeAsync(string sql)
    {
        var path = folder.File("t");
        var made = await new CliRun().RunAsync("table", "create", path, "--sql", sql);
        made.ExitCode.ShouldBe(0, made.Error);
        return path;
    }
}
