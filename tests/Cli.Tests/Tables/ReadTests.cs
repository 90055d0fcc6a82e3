using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

public sealed class ReadTests
{
    [Fact]
    public async Task Rows_are_shown_as_a_table_and_as_json()
    {
        var path = TestTable.At("dat/basic_append");

        var table = await new CliRun().RunAsync("table", "rows", path, "--where", "number = 1");
        var json = await new CliRun().RunAsync("table", "rows", path, "-o", "json");

        table.ExitCode.ShouldBe(0, table.Error);
        table.Lines.Length.ShouldBe(2);
        json.Json.EnumerateArray().Select(row => row.GetProperty("number").GetInt64()).Order().ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task An_earlier_version_has_its_own_rows()
    {
        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("dat/basic_append"), "--version", "0", "-o", "json");

        run.Json.GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task Limit_and_columns_narrow_what_is_shown()
    {
        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("dat/basic_append"), "--limit", "2", "--column", "letter", "-o", "json");

        run.Json.GetArrayLength().ShouldBe(2);
        run.Json[0].EnumerateObject().Select(member => member.Name).ShouldBe(["letter"]);
    }

    [Fact]
    public async Task Deleted_rows_are_not_shown()
    {
        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("dat/deletion_vectors"), "-o", "json");

        run.Json.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Nested_values_are_json()
    {
        var run = await new CliRun().RunAsync("table", "rows", new Uri(TestTable.At("dat/nested_types")).AbsoluteUri, "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json[0].GetProperty("struct").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Object);
    }

    [Fact]
    public async Task Schema_shows_columns_and_size()
    {
        var table = await new CliRun().RunAsync("table", "schema", TestTable.At("dat/basic_partitioned"));
        var json = await new CliRun().RunAsync("table", "schema", TestTable.At("dat/basic_partitioned"), "-o", "json");

        table.ExitCode.ShouldBe(0, table.Error);
        table.Out.ShouldMatch("Partitioned by +letter");
        table.Lines.ShouldContain(line => line.StartsWith("number", StringComparison.Ordinal) && line.Contains("long", StringComparison.Ordinal));
        json.Json.GetProperty("schema").GetProperty("fields").GetArrayLength().ShouldBe(3);
        json.Json.GetProperty("rows").GetInt64().ShouldBe(6);
    }

    [Fact]
    public async Task History_is_newest_first()
    {
        var run = await new CliRun().RunAsync("table", "history", TestTable.At("dat/no_replay"), "--limit", "2", "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json.GetArrayLength().ShouldBe(2);
        run.Json[0].GetProperty("version").GetInt64().ShouldBeGreaterThan(run.Json[1].GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Files_are_shown_with_their_size_and_rows()
    {
        var run = await new CliRun().RunAsync("table", "files", TestTable.At("dat/basic_append"), "-o", "json");

        run.Json.EnumerateArray().Sum(file => file.GetProperty("rows").GetInt64()).ShouldBe(5);
        run.Json.EnumerateArray().ShouldAllBe(file => file.GetProperty("size").GetInt64() > 0);
    }

    [Fact]
    public async Task Statistics_and_times_that_are_none_do_no_harm()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("_delta_log"));
        folder.Write(
            "_delta_log/00000000000000000000.json",
            """
            {"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
            {"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[]}","partitionColumns":[],"configuration":{}}}
            {"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":9223372036854775807,"dataChange":true,"stats":"no json"}}
            {"add":{"path":"b","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true,"stats":"{\"numRecords\":1e99}"}}
            """
        );

        var people = await new CliRun().RunAsync("table", "files", folder.Path);
        var json = await new CliRun().RunAsync("table", "files", folder.Path, "-o", "json");

        people.ExitCode.ShouldBe(0, people.Error);
        json.Json.GetArrayLength().ShouldBe(2);
    }

    [Theory]
    [InlineData(3, "table", "rows", "/nonexistent/table")]
    [InlineData(2, "table", "rows", "s3://bucket/table")]
    [InlineData(2, "table", "rows", "x", "--version", "1", "--timestamp", "2026-01-01")]
    [InlineData(2, "table", "rows", "x", "--version", "one")]
    [InlineData(2, "table", "append", "x")]
    [InlineData(2, "table", "append", "x", "--from", "a.parquet", "--sql", "SELECT 1")]
    [InlineData(3, "table", "append", "x", "--from", "/nonexistent/a.parquet")]
    public async Task What_cannot_be_read_is_named(int exitCode, params string[] args)
    {
        var run = await new CliRun().RunAsync(args);

        run.ExitCode.ShouldBe(exitCode, run.Error);
        run.Error.ShouldStartWith("error: ");
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_or_a_time_that_is_not_there_is_exit_code_3()
    {
        var path = TestTable.At("dat/basic_append");

        (await new CliRun().RunAsync("table", "schema", path, "--version", "99")).ExitCode.ShouldBe(3);
        (await new CliRun().RunAsync("table", "schema", path, "--timestamp", "1999-01-01")).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task A_column_or_a_condition_that_does_not_fit_is_named()
    {
        var path = TestTable.At("dat/basic_append");

        var column = await new CliRun().RunAsync("table", "rows", path, "--column", "colour");
        var condition = await new CliRun().RunAsync("table", "rows", path, "--where", "colour = 1");

        (column.ExitCode, condition.ExitCode).ShouldBe((2, 2));
        column.Error.ShouldContain("colour");
        condition.Error.ShouldContain("colour");
    }
}
