using System.Diagnostics;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Tables;

/// <summary>The program as a process, several at a time, some of them killed.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Appends_of_several_processes_are_all_there()
    {
        await CreateAsync();

        var results = await Task.WhenAll(Enumerable.Range(1, 4).Select(number => AppendAsync(number, killed: false)));

        results.ShouldAllBe(result => result.ExitCode == 0, string.Join('\n', results.Select(result => result.Error)));
        (await IdsAsync()).ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public async Task Processes_that_are_killed_leave_a_table_that_is_whole_and_can_be_cleaned()
    {
        await CreateAsync();

        var results = await Task.WhenAll(Enumerable.Range(1, 6).Select(number => AppendAsync(number, killed: number % 2 == 0)));

        var ids = await IdsAsync();
        ids.ShouldBeSubsetOf([0, 1, 2, 3, 4, 5, 6]);
        new[] { 0, 1, 3, 5 }.ShouldBeSubsetOf(ids);
        results.Count(result => result.ExitCode == 0).ShouldBeGreaterThanOrEqualTo(3);
        var vacuum = await new CliRun().RunAsync("table", "vacuum", folder.File("t"), "--retain", "0s", "--force", "--yes");
        vacuum.ExitCode.ShouldBe(0, vacuum.Error);
        Directory.GetFiles(folder.File("t"), "*", SearchOption.AllDirectories).Count(IsDataFile).ShouldBe(ids.Length);
        Directory.GetFiles(folder.File("t"), "*.partial", SearchOption.AllDirectories).ShouldBeEmpty();
        (await IdsAsync()).ShouldBe(ids);
    }

    private static bool IsDataFile(string path) => !path.Contains("_delta_log", StringComparison.Ordinal);

    private async Task CreateAsync()
    {
        var run = await new CliRun().RunAsync("table", "create", folder.File("t"), "--sql", "SELECT 0 AS id");
        run.ExitCode.ShouldBe(0, run.Error);
    }

    private async Task<int[]> IdsAsync()
    {
        var run = await new CliRun().RunAsync("table", "rows", folder.File("t"), "-o", "json");
        run.ExitCode.ShouldBe(0, run.Error);
        return [.. run.Json.EnumerateArray().Select(row => row.GetProperty("id").GetInt32()).Order()];
    }

    // One is killed as soon as something of it is to be seen in the table's folder, or has ended before.
    private async Task<(int ExitCode, string Error)> AppendAsync(int number, bool killed)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in new[] { typeof(TidewayCommand).Assembly.Location, "table", "append", folder.File("t"), "--sql", $"SELECT {number} AS id" })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (killed)
        {
            using var seen = new FileSystemWatcher(folder.File("t")) { IncludeSubdirectories = true, EnableRaisingEvents = true };
            var any = new TaskCompletionSource();
            seen.Created += (_, _) => any.TrySetResult();
            await Task.WhenAny(any.Task, process.WaitForExitAsync());
            process.Kill();
        }

        await process.WaitForExitAsync();
        await output;
        return (process.ExitCode, await error);
    }
}
