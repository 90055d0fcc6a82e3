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
            .ShouldAllBe(time => time!.Contains('T', StringComparison.Ordinal) && time.EndsWith('Z'));
        table.ExitCode.ShouldBe(0, table.Error);
        table.Lines[0].ShouldStartWith("_change_type");
        table.Lines.Skip(1).ShouldAllBe(line => line.StartsWith("update_postimage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Changes_between_two_times_are_those_of_the_versions_between_them()
    {
        using var folder = new TempFolder();
        var path = folder.File("t");
        await OkAsync("table", "create", path, "--sql", "SELECT 1 AS id", "--cdf");
        await OkAsync("table", "append", path, "--sql", "SELECT 2 AS id");
        await OkAsync("table", "append", path, "--sql", "SELECT 3 AS id");
        for (var version = 0; version < 4; version++)
            File.SetLastWriteTimeUtc(Path.Combine(path, "_delta_log", $"{version:D20}.json"), new DateTime(2026, 11, 20 + version, 12, 0, 0, DateTimeKind.Utc));

        // Version 1 is of the 21st, the first of the rows; 2 and 3 follow a day apart each.
        (await IdsAsync("--from-timestamp", "2026-11-21T12:00:01Z")).ShouldBe([2, 3]);
        (await IdsAsync("--from-timestamp", "2026-11-22T12:00:00Z", "--to-timestamp", "2026-11-22T12:00:00Z")).ShouldBe([2]);
        (await IdsAsync("--to-timestamp", "2026-11-22T20:00:00Z")).ShouldBe([1, 2]);
        (await IdsAsync("--from", "3", "--to-timestamp", "2027-01-01")).ShouldBe([3]);
        (await new CliRun().RunAsync("table", "changes", path, "--from-timestamp", "2026-11-22T13:00:00Z", "--to", "2")).ExitCode.ShouldBe(2);

        async Task<List<int>> IdsAsync(params string[] range)
        {
            var run = await OkAsync(["table", "changes", path, .. range, "-o", "json"]);
            return [.. run.Json.EnumerateArray().Select(row => row.GetProperty("id").GetInt32()).Order()];
        }
    }

    [Fact]
    public async Task A_table_that_records_no_changes_is_refused_unless_they_are_to_be_derived()
    {
        using var folder = new TempFolder();
        var path = folder.File("t");
        await OkAsync("table", "create", path, "--sql", "SELECT range AS id, 'x' AS note FROM range(4)");
        await OkAsync("table", "update", path, "--set", "note='y'", "--where", "id = 2");

        var refused = await new CliRun().RunAsync("table", "changes", path);
        var derived = await OkAsync("table", "changes", path, "--derive", "--from", "2", "-o", "json");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("delta.enableChangeDataFeed");
        refused.Error.ShouldContain("--derive");
        derived
            .Json.EnumerateArray()
            .Select(row => $"{row.GetProperty("_change_type")} {row.GetProperty("id")} {row.GetProperty("note")} {row.GetProperty("_commit_version")}")
            .ShouldBe(["delete 2 x 2", "insert 2 y 2"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(1, "dat/basic_append", "--from", "0")]
    [InlineData(2, "delta-rs/cdf-table", "--from", "0", "--from-timestamp", "2020-01-01")]
    [InlineData(2, "delta-rs/cdf-table", "--to", "0", "--to-timestamp", "2020-01-01")]
    [InlineData(3, "delta-rs/cdf-table", "--from-timestamp", "2999-01-01")]
    [InlineData(3, "delta-rs/cdf-table", "--to-timestamp", "1999-01-01")]
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

    private static async Task<CliRun> OkAsync(params string[] args)
    {
        var run = await new CliRun().RunAsync(args);
        run.ExitCode.ShouldBe(0, run.Error);
        return run;
    }
}
