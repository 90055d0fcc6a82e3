using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

public sealed class VerifyTests : IDisposable
{
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData("dat/basic_append")]
    [InlineData("dat/deletion_vectors")]
    [InlineData("delta-rs/cdc_ict_table")]
    public async Task A_sound_table_has_no_problems(string name)
    {
        var run = await new CliRun().RunAsync("table", "verify", TestTable.At(name), "-o", "json");

        run.ExitCode.ShouldBe(0, run.Out + run.Error);
        run.Json.GetProperty("problem_count").GetInt32().ShouldBe(0);
        run.Json.GetProperty("rows_read").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_wrong_is_told_with_exit_code_1()
    {
        var table = folder.File("table");
        Copy(TestTable.At("dat/basic_append"), table);
        File.Delete(Directory.GetFiles(table, "*.parquet")[0]);

        var people = await new CliRun().RunAsync("table", "verify", table);
        var json = await new CliRun().RunAsync("table", "verify", table, "--quick", "-o", "json");

        (people.ExitCode, json.ExitCode).ShouldBe((1, 1));
        people.Out.ShouldContain("not there");
        people.Error.ShouldContain("1 problem");
        json.Json.GetProperty("problems")[0].GetProperty("check").GetString().ShouldBe("files");
    }

    public void Dispose() => folder.Dispose();

    private static void Copy(string source, string target)
    {
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
