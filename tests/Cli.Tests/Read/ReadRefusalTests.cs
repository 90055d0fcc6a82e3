using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Read;

public sealed class ReadRefusalTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("csv", 5, "is there already")]
    [InlineData("parquet", 5, "is there already")]
    public async Task What_cannot_be_written_is_refused_before_anything_is_asked_for(string format, int code, string said)
    {
        var file = folder.File("rows.csv");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);

        var run = await new CliRun().RunAsync("read", await ProfileOfNobodyAsync(), "-o", format, "--out", file);

        run.ExitCode.ShouldBe(code, run.Error);
        run.Error.ShouldContain(said);
    }

    [Fact]
    public async Task A_file_for_what_people_read_is_refused_before_anything_is_asked_for()
    {
        var run = await new CliRun().RunAsync("read", await ProfileOfNobodyAsync(), "--out", folder.File("new.csv"));

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.ShouldContain("--out needs --output csv, json or parquet");
    }

    // Who would ask at this address would fail otherwise.
    private async Task<string> ProfileOfNobodyAsync()
    {
        var profile = folder.File("nobody.share");
        await File.WriteAllTextAsync(
            profile,
            """{"shareCredentialsVersion":1,"endpoint":"https://127.0.0.1:1/delta-sharing","bearerToken":"none"}""",
            TestContext.Current.CancellationToken
        );
        return profile + "#share.schema.table";
    }
}
