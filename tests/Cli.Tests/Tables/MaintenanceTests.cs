using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

public sealed class MaintenanceTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Small_files_are_put_together()
    {
        await FillAsync();

        var dry = await TableAsync("optimize", "--dry-run", "-o", "json");
        var some = await TableAsync("optimize", "--where", "p = 0", "--target-size", "64mb", "-o", "json");
        var rest = await TableAsync("optimize");
        var wrong = await TableAsync("optimize", "--where", "id = 0");

        dry.Json.GetProperty("groups").GetInt32().ShouldBe(2);
        dry.Json.GetProperty("files_removed").GetInt32().ShouldBe(6);
        some.Json.GetProperty("files_removed").GetInt32().ShouldBe(3);
        rest.Out.ShouldContain("Files added");
        wrong.ExitCode.ShouldBe(2);
        (await CountAsync()).ShouldBe(6);
    }

    [Fact]
    public async Task Progress_is_told_to_people()
    {
        await FillAsync();

        var run = await new CliRun { IsInteractive = true }.RunAsync("table", "optimize", folder.File("t"));

        run.Error.ShouldContain("2 of 2 groups");
    }

    [Fact]
    public async Task Files_that_nobody_needs_are_deleted_after_a_question()
    {
        await FillAsync();
        await TableAsync("optimize");
        File.SetLastWriteTimeUtc(folder.Write("t/stray.parquet", "x"), DateTime.UnixEpoch);

        var dry = await TableAsync("vacuum", "--dry-run");
        var unasked = await TableAsync("vacuum");
        var short1 = await TableAsync("vacuum", "--retain", "1h", "--yes");
        var done = await TableAsync("vacuum", "--yes", "-o", "json");
        var forced = await TableAsync("vacuum", "--retain", "0s", "--force", "--yes", "-o", "json");

        dry.ExitCode.ShouldBe(0, dry.Error);
        dry.Error.ShouldContain("stray.parquet");
        unasked.ExitCode.ShouldBe(2);
        short1.ExitCode.ShouldBe(2);
        short1.Error.ShouldContain("delta.deletedFileRetentionDuration");
        done.Json.GetProperty("files").GetInt64().ShouldBe(1);
        forced.Json.GetProperty("files").GetInt64().ShouldBe(6);
        (await CountAsync()).ShouldBe(6);
    }

    [Fact]
    public async Task A_dry_run_shows_what_restoring_would_do_and_does_not_ask()
    {
        await FillAsync();
        await new CliRun().RunAsync("table", "alter", "set-property", folder.File("t"), "k=v");

        var dry = await TableAsync("restore", "--version", "2", "--dry-run");
        var json = await TableAsync("restore", "--version", "2", "--dry-run", "-o", "json");

        dry.ExitCode.ShouldBe(0, dry.Error);
        dry.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.StartsWith("- ", StringComparison.Ordinal));
        dry.Lines.ShouldContain(line => line.StartsWith("property k", StringComparison.Ordinal));
        json.Json.GetProperty("version").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        json.Json.GetProperty("files_removed").GetInt32().ShouldBe(2);
        json.Json.GetProperty("dry_run").GetBoolean().ShouldBeTrue();
        (await CountAsync()).ShouldBe(6);
    }

    [Fact]
    public async Task A_checkpoint_is_written_and_an_older_version_restored()
    {
        await FillAsync();

        var checkpoint = await TableAsync("checkpoint", "-o", "json");
        var restore = await TableAsync("restore", "--version", "2", "--yes", "-o", "json");
        var nothing = await TableAsync("restore", "--yes");
        var missing = await TableAsync("restore", "--version", "99", "--yes");

        checkpoint.Json.GetProperty("version").GetInt64().ShouldBe(3);
        File.Exists(folder.File("t/_delta_log/00000000000000000003.checkpoint.parquet")).ShouldBeTrue();
        restore.Json.GetProperty("files_removed").GetInt32().ShouldBe(2);
        restore.Json.GetProperty("version").GetInt64().ShouldBe(4);
        (await CountAsync()).ShouldBe(4);
        nothing.ExitCode.ShouldBe(2);
        missing.ExitCode.ShouldBe(3);
    }

    // Three versions with one row in each of two partitions.
    private async Task FillAsync()
    {
        const string Sql = "SELECT range AS id, range % 2 AS p FROM range(2)";
        (await new CliRun().RunAsync("table", "create", folder.File("t"), "--sql", Sql, "--partition", "p")).ExitCode.ShouldBe(0);
        for (var index = 0; index < 2; index++)
            (await TableAsync("append", "--sql", Sql)).ExitCode.ShouldBe(0);
    }

    private Task<CliRun> TableAsync(params string[] args) => new CliRun().RunAsync(["table", args[0], folder.File("t"), .. args[1..]]);

    private async Task<int> CountAsync() => (await TableAsync("rows", "-o", "json")).Json.GetArrayLength();
}
