using System.Text.Json;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

public sealed class ChangeTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Rows_are_deleted_updated_and_merged()
    {
        await CreateAsync();

        var delete = await RunAsync("delete", "--where", "id = 0");
        var update = await RunAsync("update", "--set", "state='sent'", "--set", "n=n + 1", "--where", "id = 1");
        var merge = await RunAsync(
            "merge",
            "--sql",
            "SELECT * FROM (VALUES (2, 'back', 'U'), (3, '', 'D'), (9, 'new', 'U')) v(id, state, op)",
            "--key",
            "id",
            "--delete-when",
            "op = 'D'"
        );

        delete.Json.GetProperty("rows_deleted").GetInt64().ShouldBe(1);
        update.Json.GetProperty("rows_updated").GetInt64().ShouldBe(1);
        (merge.Json.GetProperty("rows_inserted").GetInt64(), merge.Json.GetProperty("rows_updated").GetInt64()).ShouldBe((1, 1));
        (await RowsAsync()).ShouldBe(["1 sent 2", "2 back 1", "9 new "]);
    }

    [Fact]
    public async Task Some_rows_or_partitions_are_overwritten()
    {
        await CreateAsync("--partition", "state");

        var where = await RunAsync("overwrite", "--sql", "SELECT 7 AS id, 'open' AS state, 7 AS n", "--where", "state = 'open'");
        var partitions = await RunAsync("overwrite", "--sql", "SELECT 8 AS id, 'closed' AS state, 8 AS n", "--partitions");

        where.ExitCode.ShouldBe(0, where.Error);
        where.Json.GetProperty("rows_deleted").GetInt64().ShouldBe(4);
        partitions.Json.GetProperty("rows_deleted").GetInt64().ShouldBe(0);
        (await RowsAsync()).ShouldBe(["7 open 7", "8 closed 8"]);
    }

    [Fact]
    public async Task A_constraint_is_named_with_the_row_that_breaks_it()
    {
        await CreateAsync("--property", "delta.constraints.positive=n > 0");

        var append = await RunAsync("append", "--sql", "SELECT 5 AS id, -1 AS n");
        var update = await RunAsync("update", "--set", "n=0", "--where", "id = 1");

        (append.ExitCode, update.ExitCode).ShouldBe((2, 2));
        append.Error.ShouldContain("breaks the constraint 'positive' (n > 0): n = -1");
        update.Error.ShouldContain("positive");
    }

    [Fact]
    public async Task Nothing_to_do_is_said()
    {
        await CreateAsync();

        var delete = await RunAsync("delete", "--where", "id = 99");

        delete.ExitCode.ShouldBe(0);
        delete.Json.GetProperty("version").GetInt64().ShouldBe(1);
        delete.Error.ShouldContain("nothing to do");
    }

    [Theory]
    [InlineData(2, "delete")]
    [InlineData(2, "delete", "--where", "nowhere = 1")]
    [InlineData(2, "update", "--set", "n", "--where", "true")]
    [InlineData(2, "update", "--set", "n=1", "--set", "n=2", "--where", "true")]
    [InlineData(2, "update", "--where", "true")]
    [InlineData(2, "merge", "--sql", "SELECT 1 AS id")]
    [InlineData(2, "merge", "--sql", "SELECT 1 AS id", "--key", "nowhere")]
    [InlineData(2, "merge", "--sql", "SELECT 1 AS id", "--key", "id", "--insert-only", "--update-only")]
    [InlineData(2, "overwrite", "--sql", "SELECT 1 AS id", "--where", "true", "--partitions")]
    [InlineData(2, "overwrite", "--sql", "SELECT 1 AS id", "--partitions")]
    [InlineData(2, "overwrite", "--sql", "SELECT 1 AS id", "--where", "id = 2")]
    public async Task What_cannot_be_done_is_exit_code_2_and_changes_nothing(int exitCode, string command, params string[] args)
    {
        await CreateAsync();

        var run = await RunAsync([command, .. args]);

        run.ExitCode.ShouldBe(exitCode, run.Error);
        run.Error.ShouldStartWith("error: ");
        (await new CliRun().RunAsync("table", "schema", folder.File("t"), "-o", "json")).Json.GetProperty("version").GetInt64().ShouldBe(1);
    }

    private async Task CreateAsync(params string[] more)
    {
        var create = await new CliRun().RunAsync([
            "table",
            "create",
            folder.File("t"),
            "--sql",
            "SELECT i AS id, 'open' AS state, 1 AS n FROM range(4) v(i)",
            .. more,
        ]);
        create.ExitCode.ShouldBe(0, create.Error);
    }

    private Task<CliRun> RunAsync(params string[] args) => new CliRun().RunAsync(["table", args[0], folder.File("t"), .. args[1..], "-o", "json"]);

    private async Task<List<string>> RowsAsync()
    {
        var run = await new CliRun().RunAsync("table", "rows", folder.File("t"), "-o", "json");
        return
        [
            .. run
                .Json.EnumerateArray()
                .Select(row => $"{row.GetProperty("id").GetInt64()} {row.GetProperty("state").GetString()} {Text(row.GetProperty("n"))}")
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "" : value.GetRawText();
}
