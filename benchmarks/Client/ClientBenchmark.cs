using System.Diagnostics;
using Tideway.Benchmarks.Mirror;
using Tideway.DuckDb;
using Tideway.TwoOrganisations;

namespace Tideway.Benchmarks.Client;

/// <summary>Reading a shared table into one Parquet file, as the installed <c>tideway read</c> does for whoever has a profile file.</summary>
internal sealed class ClientBenchmark : IBenchmark
{
    private const int Files = 8;

    // Where dotnet publish puts the command; ./bench sees to that.
    private static readonly string Installed = Path.Combine(RepositoryFolder.Find(), "artifacts", "publish", "Cli", "tideway");

    public string Name => "client";

    public string Question =>
        "MB/s of reading a shared table of 512 MB into Parquet; baseline: plain parallel download of the same URLs, then DuckDB reading those files from disk into Parquet; both packed with snappy";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"tideway-bench-{Guid.CreateVersion7():N}");
        try
        {
            await using var process = await StandaloneProcess.StartAsync(RepositoryFolder.Standalone, Path.Combine(folder, "owner"), [], cancellationToken);
            using var owner = new Organisation("Owner", process, await process.AdminToken);
            var table = Path.Combine(process.Tables, "large");
            var size = await LargeTable.CreateAsync(table, cancellationToken, Files);
            var link = await owner.InviteAsync("reader", cancellationToken);
            await owner.ShareAsync("large", "bench.large", table, "reader", cancellationToken);
            using var stranger = new HttpClient();
            var profile = await stranger.GetStringAsync(link, cancellationToken);
            return await MeasureAsync(folder, profile, size, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Measure>> MeasureAsync(string folder, string profile, long size, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "reader.share");
        await File.WriteAllTextAsync(file, profile, cancellationToken);
        await PlainAsync(folder, profile, cancellationToken);
        await OursAsync(folder, file, cancellationToken);
        var (plain, read) = (new List<double>(), new List<double>());
        for (var round = 1; round <= Rounds.Count; round++)
        {
            plain.Add(await RoundAsync("baseline", round, size, () => PlainAsync(folder, profile, cancellationToken)));
            read.Add(await RoundAsync("ours", round, size, () => OursAsync(folder, file, cancellationToken)));
        }

        return [new Measure("client", Rounds.Median(read), Rounds.Median(plain), "plain download, then DuckDB", "MB/s")];
    }

    private static async Task<double> RoundAsync(string what, int round, long size, Func<Task> work)
    {
        var (start, cpu) = (Stopwatch.GetTimestamp(), CpuTime.Seconds());
        await work();
        var figure = size / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"  round {round}, {what}: {figure:N0} MB/s, {CpuTime.Seconds() - cpu:N1} s of processor time");
        return figure;
    }

    private static async Task PlainAsync(string folder, string profile, CancellationToken cancellationToken)
    {
        var target = Path.Combine(folder, "plain");
        await PlainDownload.RunAsync(profile, "large", "bench", "large", target, flush: false, cancellationToken);
        using (var database = DuckDbDatabase.Open(new DuckDbOptions()))
        using (var connection = database.Connect())
        {
            connection.Execute(
                $"COPY (SELECT * FROM read_parquet({SqlText.Literal(Path.Combine(target, "*.parquet"))})) TO {SqlText.Literal(Path.Combine(folder, "plain.parquet"))} (FORMAT parquet, COMPRESSION snappy)",
                cancellationToken
            );
        }

        Directory.Delete(target, recursive: true);
        File.Delete(Path.Combine(folder, "plain.parquet"));
    }

    private static async Task OursAsync(string folder, string profile, CancellationToken cancellationToken)
    {
        var output = Path.Combine(folder, "ours.parquet");
        var start = new ProcessStartInfo(Installed)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (
            var argument in new[]
            {
                "read",
                $"{profile}#large.bench.large",
                "--allow-insecure",
                "--output",
                "parquet",
                "--compression",
                "snappy",
                "--out",
                output,
            }
        )
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"tideway read ended with {process.ExitCode}: {said}");
        File.Delete(output);
    }
}
