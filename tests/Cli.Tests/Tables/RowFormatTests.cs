using System.Text;
using Tideway.Cli.Tests.Support;
using Tideway.DuckDb;

namespace Tideway.Cli.Tests.Tables;

public sealed class RowFormatTests : IDisposable
{
    private readonly TempFolder folder = new();

    [Fact]
    public async Task Rows_are_written_as_csv()
    {
        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("dat/basic_append"), "--where", "number <= 2", "--column", "number", "-o", "csv");

        run.ExitCode.ShouldBe(0, run.Error);
        Encoding.UTF8.GetString(run.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().ShouldBe(["1", "2", "number"]);
    }

    [Theory]
    [InlineData("parquet", "read_parquet")]
    [InlineData("csv", "read_csv")]
    [InlineData("json", "read_json")]
    public async Task Rows_are_written_to_a_file_all_of_them(string format, string function)
    {
        var file = folder.File("rows." + format);

        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("golden/snapshot-data3"), "-o", format, "--out", file);

        run.ExitCode.ShouldBe(0, run.Error);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Scalar<long>($"SELECT count(*) FROM {function}('{file}')").ShouldBe(30);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(file)!).ShouldBe([file]);
    }

    [Fact]
    public async Task Parquet_goes_to_standard_output_but_not_to_a_terminal()
    {
        var path = TestTable.At("dat/basic_append");

        var piped = await new CliRun().RunAsync("table", "rows", path, "-o", "parquet");
        var shown = await new CliRun { IsInteractive = true }.RunAsync("table", "rows", path, "-o", "parquet");

        Encoding.ASCII.GetString(piped.Bytes.AsSpan(0, 4)).ShouldBe("PAR1");
        shown.ExitCode.ShouldBe(2);
        shown.Error.ShouldContain("--out");
    }

    [Theory]
    [InlineData(null, "ZSTD")]
    [InlineData("snappy", "SNAPPY")]
    [InlineData("uncompressed", "UNCOMPRESSED")]
    public async Task Parquet_is_packed_as_asked(string? compression, string expected)
    {
        var file = folder.File("rows.parquet");
        string[] asked = compression is null ? [] : ["--compression", compression];

        var run = await new CliRun().RunAsync(["table", "rows", TestTable.At("golden/snapshot-data3"), "-o", "parquet", "--out", file, .. asked]);

        run.ExitCode.ShouldBe(0, run.Error);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Scalar<string>($"SELECT string_agg(DISTINCT compression) FROM parquet_metadata('{file}')").ShouldBe(expected);
    }

    [Theory]
    [InlineData("csv", "snappy", "--compression needs --output parquet")]
    [InlineData("parquet", "rar", "zstd")]
    public async Task A_compression_that_does_nothing_is_refused(string format, string compression, string said)
    {
        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("golden/snapshot-data3"), "-o", format, "--compression", compression);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(said);
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_overwritten()
    {
        var file = folder.File("rows.csv");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);

        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("dat/basic_append"), "-o", "csv", "--out", file);

        run.ExitCode.ShouldBe(5);
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe("mine");
    }

    [Theory]
    [InlineData("table", "schema", "x", "-o", "csv")]
    [InlineData("status", "-o", "parquet")]
    public async Task What_is_no_list_of_rows_has_no_such_format(params string[] args) => (await new CliRun().RunAsync(args)).ExitCode.ShouldBe(2);

    [Theory]
    [InlineData("number IN (SELECT 1 FROM read_text('/etc/passwd'))")]
    [InlineData("true) UNION ALL (SELECT 1, content, 'x' FROM read_text('/etc/passwd')")]
    [InlineData("true); COPY (SELECT 1) TO '/tmp/x'; SELECT (1")]
    [InlineData("EXISTS (FROM '/etc/passwd')")]
    [InlineData("true) --")]
    public async Task A_condition_reads_nothing_but_the_table(string where)
    {
        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("dat/basic_append"), "--where", where, "-o", "csv");

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.ShouldStartWith("error: --where");
        run.Bytes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_table_without_rows_is_an_empty_array()
    {
        var run = await new CliRun().RunAsync("table", "rows", TestTable.At("delta-rs/concurrent_workers"), "-o", "json");

        run.Json.GetArrayLength().ShouldBe(0);
    }

    public void Dispose() => folder.Dispose();
}
