using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

public sealed class ChangesTests
{
    [Fact]
    public async Task Changes_are_shown_with_how_and_when()
    {
        var path = TestTable.At("delta-rs/cdf-table-non-partitioned");

        var json = await new CliRun().RunAsync("table", "changes", path, "--from", "1", "-o", "json");
        var table = await new CliRun().RunAsync("table", "changes", path, "--from", "1", "--to", "1", "--where", "_change_type = 'update_postimage'");

        json.ExitCode.ShouldBe(0, json.Error);
        json.Json.EnumerateArray().Select(row => row.GetProperty("_commit_version").GetInt64()).ShouldAllBe(version => version >= 1);
        json.Json.EnumerateArray().Select(row => row.GetProperty("_change_type").GetString()).ShouldContain("update_preimage");
        json.Json.EnumerateArray()
            .Select(row => row.GetProperty("_commit_timestamp").GetString())
            .ShouldAllBe(time => time!.EndsWith("+00", StringComparison.Ordinal));
        table.ExitCode.ShouldBe(0, table.Error);
        table.Lines[0].ShouldStartWith("_change_type");
        table.Lines.Skip(1).ShouldAllBe(line => line.StartsWith("update_postimage", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, "dat/basic_append", "--from", "0")]
    [InlineData(3, "delta-rs/cdf-table", "--from", "99")]
    [InlineData(3, "delta-rs/cdf-table", "--from", "0", "--to", "99")]
    [InlineData(2, "delta-rs/cdf-table", "--from", "2", "--to", "1")]
    [InlineData(2, "delta-rs/cdf-table", "--from", "0", "--where", "colour = 1")]
    public async Task What_cannot_be_shown_is_named(int exitCode, string table, params string[] args)
    {
        var run = await new CliRun().RunAsync(["table", "changes", TestTable.At(table), .. args]);

        run.ExitCode.ShouldBe(exitCode, run.Error);
        run.Error.ShouldStartWith("error: ");
        run.Out.ShouldBeEmpty();
    }
}
