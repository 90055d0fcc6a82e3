using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

public sealed class AlterTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_table_grows_a_column_and_its_columns_are_renamed_dropped_and_widened()
    {
        await CreateAsync("SELECT 1::INT AS id, 'x' AS note, {'a': 1} AS s");

        await OkAsync("add-column", "s.b", "decimal(10,2)", "--after", "a", "--comment", "more");
        await OkAsync("set-property", "delta.columnMapping.mode=name", "delta.enableTypeWidening=true");
        await OkAsync("rename-column", "note", "remark");
        await OkAsync("drop-column", "s.b", "--yes");
        await OkAsync("widen", "id", "bigint");

        var rows = await new CliRun().RunAsync("table", "rows", folder.File("t"), "-o", "json");
        rows.ExitCode.ShouldBe(0, rows.Error);
        rows.Json[0].GetProperty("id").GetInt64().ShouldBe(1);
        rows.Json[0].GetProperty("remark").GetString().ShouldBe("x");
        var history = await new CliRun().RunAsync("table", "history", folder.File("t"), "-o", "json");
        history
            .Json.EnumerateArray()
            .Select(commit => commit.GetProperty("operation").GetString())
            .ShouldBe(["CHANGE COLUMN", "DROP COLUMNS", "RENAME COLUMN", "SET TBLPROPERTIES", "ADD COLUMNS", "WRITE", "CREATE TABLE"]);
    }

    [Fact]
    public async Task A_constraint_is_added_where_all_rows_meet_it()
    {
        await CreateAsync("SELECT range AS id FROM range(3)");

        var broken = await AlterAsync("add-constraint", "positive", "id > 0");
        await OkAsync("add-constraint", "natural", "id >= 0");
        await OkAsync("drop-constraint", "Natural");
        var missing = await AlterAsync("drop-constraint", "natural");

        broken.ExitCode.ShouldBe(2);
        broken.Error.ShouldContain("1 rows do not meet it");
        missing.ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Changing_nothing_is_told()
    {
        await CreateAsync("SELECT 1 AS id");
        await OkAsync("set-property", "k=v=w");

        var again = await AlterAsync("set-property", "k=v=w", "-o", "json");
        var unset = await AlterAsync("unset-property", "k", "-o", "json");

        again.Json.GetProperty("changed").GetBoolean().ShouldBeFalse();
        again.Json.GetProperty("version").GetInt64().ShouldBe(2);
        unset.Json.GetProperty("changed").GetBoolean().ShouldBeTrue();
        (await AlterAsync("allow-nulls", "id", "-o", "json")).Json.GetProperty("changed").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_dry_run_shows_what_would_change_and_changes_nothing()
    {
        await CreateAsync("SELECT 1::INT AS id, 'x' AS note");

        var mode = await AlterAsync("set-property", "delta.columnMapping.mode=name", "--dry-run", "-o", "json");
        await OkAsync("set-property", "delta.columnMapping.mode=name", "delta.enableTypeWidening=true");
        var added = await AlterAsync("add-column", "s", "struct<a: int>", "--dry-run");
        var renamed = await AlterAsync("rename-column", "note", "remark", "--dry-run", "-o", "json");
        var dropped = await AlterAsync("drop-column", "note", "--dry-run", "-o", "json");
        var same = await AlterAsync("set-property", "delta.columnMapping.mode=name", "--dry-run", "-o", "json");
        var impossible = await AlterAsync("rename-column", "nothing", "x", "--dry-run");

        Changes(mode).ShouldContain("reader version: 1 -> 3");
        Changes(mode).ShouldContain("feature columnMapping:  -> there");
        Changes(mode).ShouldContain("property delta.columnMapping.mode:  -> name");
        mode.Json.GetProperty("version").GetInt64().ShouldBe(2);
        mode.Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        added.ExitCode.ShouldBe(0, added.Error);
        added.Lines.ShouldContain(line => line.StartsWith("column s.a", StringComparison.Ordinal) && line.EndsWith("integer", StringComparison.Ordinal));
        Changes(renamed).ShouldBe(["column note: note: string -> remark: string"]);
        Changes(dropped).ShouldBe(["column note: string -> "]);
        same.Json.GetProperty("changed").GetBoolean().ShouldBeFalse();
        impossible.ExitCode.ShouldBe(2);
        var history = await new CliRun().RunAsync("table", "history", folder.File("t"), "-o", "json");
        history.Json.GetArrayLength().ShouldBe(3);

        static IEnumerable<string> Changes(CliRun run) =>
            run
                .Json.GetProperty("changes")
                .EnumerateArray()
                .Select(change => $"{change.GetProperty("what")}: {change.GetProperty("before")} -> {change.GetProperty("after")}");
    }

    [Theory]
    [InlineData(2, "add-column", "n", "blue")]
    [InlineData(2, "add-column", "a..b", "int")]
    [InlineData(2, "set-property", "nothing")]
    [InlineData(2, "set-property", "k=1", "k=2")]
    [InlineData(2, "set-property", "delta.noSuchThing=1")]
    [InlineData(2, "rename-column", "id", "key")]
    [InlineData(2, "widen", "id", "bigint")]
    [InlineData(2, "drop-column", "id")]
    [InlineData(2, "add-constraint", "x", "nope > 1")]
    [InlineData(5, "add-column", "ID", "int")]
    [InlineData(1, "add-feature", "telepathy")]
    public async Task What_cannot_be_is_an_exit_code_and_changes_nothing(int exitCode, params string[] change)
    {
        await CreateAsync("SELECT 1::INT AS id");

        var run = await AlterAsync(change);

        run.ExitCode.ShouldBe(exitCode, run.Error);
        var history = await new CliRun().RunAsync("table", "history", folder.File("t"), "-o", "json");
        history.Json.GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_exit_code_3() => (await AlterAsync("add-column", "n", "int")).ExitCode.ShouldBe(3);

    private async Task CreateAsync(string sql)
    {
        var run = await new CliRun().RunAsync("table", "create", folder.File("t"), "--sql", sql);
        run.ExitCode.ShouldBe(0, run.Error);
    }

    private Task<CliRun> AlterAsync(params string[] change) => new CliRun().RunAsync(["table", "alter", change[0], folder.File("t"), .. change[1..]]);

    private async Task OkAsync(params string[] change)
    {
        var run = await AlterAsync(change);
        run.ExitCode.ShouldBe(0, run.Error);
    }
}
