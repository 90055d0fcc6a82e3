using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

public sealed class WriteTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_table_is_made_of_a_query_and_grows_by_a_file()
    {
        var more = folder.Write("more [1].csv", "id,country\n3,FR\n4,DE\n");

        var create = await new CliRun().RunAsync(
            "table",
            "create",
            folder.File("t"),
            "--sql",
            "SELECT 1::BIGINT AS id, 'DE' AS country UNION ALL SELECT 2, 'FR';",
            "--partition",
            "country",
            "--cdf"
        );
        var append = await new CliRun().RunAsync("table", "append", folder.File("t"), "--from", more, "-o", "json");
        var rows = await new CliRun().RunAsync("table", "rows", folder.File("t"), "--where", "country = 'FR'", "-o", "json");
        var schema = await new CliRun().RunAsync("table", "schema", folder.File("t"), "-o", "json");

        create.ExitCode.ShouldBe(0, create.Error);
        append.ExitCode.ShouldBe(0, append.Error);
        append.Json.GetProperty("rows").GetInt64().ShouldBe(2);
        rows.Json.EnumerateArray().Select(row => row.GetProperty("id").GetInt64()).Order().ShouldBe([2, 3]);
        schema.Json.GetProperty("partition_columns")[0].GetString().ShouldBe("country");
        schema.Json.GetProperty("properties").GetProperty("delta.enableChangeDataFeed").GetString().ShouldBe("true");
    }

    [Theory]
    [InlineData("--sql", "SELEC")]
    [InlineData("--sql", "")]
    [InlineData("--sql", "SELECT FROM")]
    [InlineData("--sql", "SELECT nope")]
    [InlineData("--sql", "SELECT 1 AS id", "--partition", "nothing")]
    [InlineData("--sql", "SELECT 1 AS id", "--partition", "id")]
    public async Task Rows_that_cannot_be_asked_for_are_exit_code_2_and_make_no_table(params string[] rows)
    {
        var run = await new CliRun().RunAsync(["table", "create", folder.File("t"), .. rows]);

        run.ExitCode.ShouldBe(2, run.Error);
        Directory.Exists(folder.File("t")).ShouldBeFalse();
    }

    [Fact]
    public async Task Rows_that_fail_on_their_way_leave_a_table_that_is_told_of()
    {
        var run = await new CliRun().RunAsync(
            "table",
            "create",
            folder.File("t"),
            "--sql",
            "SELECT CAST(text AS INT) AS id FROM (VALUES ('1'), ('x')) v(text)"
        );
        var append = await new CliRun().RunAsync("table", "append", folder.File("t"), "--sql", "SELECT 1 AS id");

        run.ExitCode.ShouldNotBe(0);
        run.Error.ShouldContain("is made but has no rows");
        append.ExitCode.ShouldBe(0, append.Error);
    }

    [Fact]
    public async Task A_table_that_is_there_is_not_made_again()
    {
        await new CliRun().RunAsync("table", "create", folder.File("t"), "--sql", "SELECT 1 AS id");

        var again = await new CliRun().RunAsync("table", "create", folder.File("t"), "--sql", "SELECT 2 AS id");

        again.ExitCode.ShouldBe(5);
        (await new CliRun().RunAsync("table", "rows", folder.File("t"), "-o", "json")).Json.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Rows_that_do_not_fit_are_refused()
    {
        await new CliRun().RunAsync("table", "create", folder.File("t"), "--sql", "SELECT 1 AS id");

        var append = await new CliRun().RunAsync("table", "append", folder.File("t"), "--sql", "SELECT 1 AS id, 2 AS other");

        append.ExitCode.ShouldBe(2);
        append.Error.ShouldContain("other");
    }

    [Fact]
    public async Task A_file_of_an_unknown_kind_is_refused()
    {
        var run = await new CliRun().RunAsync("table", "create", folder.File("t"), "--from", folder.Write("rows.xlsx", ""));

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(".parquet");
    }
}
