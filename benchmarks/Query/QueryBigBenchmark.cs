using System.Globalization;
using Tideway.Benchmarks.DeltaLog;
using Tideway.TwoOrganisations;

namespace Tideway.Benchmarks.Query;

/// <summary>The memory that answering a table with a million files takes, beyond the snapshot that is held anyway.</summary>
internal sealed class QueryBigBenchmark : IBenchmark
{
    private const double BudgetMegabytes = 100;

    public string Name => "query-big";

    public string Question => "memory that the whole answer of a 1,000,000-file table takes beyond the snapshot; baseline: the budget of 100 MB";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        using var table = MillionFileTable.Create(cancellationToken);
        var folder = Path.Combine(Path.GetTempPath(), $"tideway-bench-{Guid.CreateVersion7():N}");
        try
        {
            string[] settings = ["--Storage:Roots:big", table.Folder];
            await using var process = await StandaloneProcess.StartAsync(
                RepositoryFolder.Standalone,
                Path.Combine(folder, "owner"),
                settings,
                cancellationToken
            );
            using var owner = new Organisation("Owner", process, await process.AdminToken);
            var queried = await QueriedTable.ShareAsync(owner, table.Folder, cancellationToken);
            // The snapshot is there, with the order of its files, and a page was served.
            await queried.CountAsync("""{"limitHint":1000}""", cancellationToken);
            await queried.CountAsync("""{"maxFiles":1000}""", cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);

            var before = Megabytes(process.ProcessId, "VmRSS:");
            // From here on the most that was resident counts anew.
            await File.WriteAllTextAsync($"/proc/{process.ProcessId}/clear_refs", "5", cancellationToken);
            var bytes = await queried.CountAsync("{}", cancellationToken);
            var peak = Megabytes(process.ProcessId, "VmHWM:");
            Console.WriteLine($"  {bytes / 1e6:N0} MB answered; {before:N0} MB resident before, at most {peak:N0} MB during");
            return [new Measure("query-big", Math.Max(peak - before, 0.1), BudgetMegabytes, "the budget", "MB")];
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static double Megabytes(int processId, string name)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
