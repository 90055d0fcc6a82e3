using Tideway.TwoOrganisations;

namespace Tideway.Benchmarks.Query;

/// <summary>Whole answers of a table with 10,000 files, warm, on 8 connections; nginx serves the same bytes from a file.</summary>
internal sealed class QueryBenchmark : IBenchmark
{
    private const int Files = 10_000;
    private const int Connections = 8;
    private const int AnswersEach = 50;
    private const int WarmAnswersEach = 150;

    public string Name => "query";

    public string Question => "answers per second of a query of a 10,000-file table, warm, 8 connections; baseline: the same bytes as a file from nginx";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"tideway-bench-{Guid.CreateVersion7():N}");
        try
        {
            await using var shipped = await StandaloneProcess.StartAsync(
                RepositoryFolder.Standalone,
                Path.Combine(folder, "shipped"),
                QueriedTable.Unlimited,
                cancellationToken
            );
            await using var anew = await StandaloneProcess.StartAsync(
                RepositoryFolder.Standalone,
                Path.Combine(folder, "anew"),
                [.. QueriedTable.Unlimited, "--ShareRegistry:SignedLines:Lifetime", "00:00:00"],
                cancellationToken
            );
            var (ours, oursAnew) = (await LoadOfAsync(shipped, cancellationToken), await LoadOfAsync(anew, cancellationToken));
            var files = Directory.CreateDirectory(Path.Combine(folder, "static")).FullName;
            await File.WriteAllBytesAsync(Path.Combine(files, "answer"), await ours.Table.ReadAsync("{}", cancellationToken), cancellationToken);
            await using var nginx = await NginxServer.StartAsync(Path.Combine(folder, "nginx"), files, cancellationToken);
            var baseline = new HttpLoad(new Uri(nginx.Url, "answer"), HttpMethod.Get, null);
            return await MeasureAsync(ours.Load, oursAnew.Load, baseline, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(QueriedTable Table, HttpLoad Load)> LoadOfAsync(StandaloneProcess process, CancellationToken cancellationToken)
    {
        var table = Path.Combine(process.Tables, "files");
        QueriedTable.Create(table, Files);
        using var owner = new Organisation("Owner", process, await process.AdminToken);
        var queried = await QueriedTable.ShareAsync(owner, table, cancellationToken);
        return (queried, new HttpLoad(queried.Query, HttpMethod.Post, queried.Token));
    }

    private static async Task<IReadOnlyList<Measure>> MeasureAsync(HttpLoad shipped, HttpLoad anew, HttpLoad baseline, CancellationToken cancellationToken)
    {
        // Warm: the code of a server that has run for a while has been compiled with all that the runtime learned of it.
        foreach (var load in new[] { shipped, anew, baseline })
            await load.RunAsync(Connections, WarmAnswersEach, cancellationToken);
        var (ours, oursAnew, theirs) = (new List<LoadFigures>(), new List<LoadFigures>(), new List<LoadFigures>());
        for (var round = 1; round <= Rounds.Count; round++)
        {
            theirs.Add(await RoundAsync("baseline", round, baseline, cancellationToken));
            ours.Add(await RoundAsync("as shipped", round, shipped, cancellationToken));
            oursAnew.Add(await RoundAsync("signed anew", round, anew, cancellationToken));
        }

        var plain = Median(theirs, figures => figures.AnswersPerSecond);
        return
        [
            new Measure("query", Median(ours, figures => figures.AnswersPerSecond), plain, "the same bytes from nginx", "answers/s"),
            new Measure("query-anew", Median(oursAnew, figures => figures.AnswersPerSecond), plain, "the same bytes from nginx", "answers/s"),
            new Measure(
                "query-first-byte",
                Median(ours, figures => figures.FirstByteMs),
                Median(ours, figures => figures.WholeMs) / 10,
                "a tenth of the whole answer's time",
                "ms"
            ),
            new Measure(
                "query-anew-first-byte",
                Median(oursAnew, figures => figures.FirstByteMs),
                Median(oursAnew, figures => figures.WholeMs) / 10,
                "a tenth of the whole answer's time",
                "ms"
            ),
        ];
    }

    private static async Task<LoadFigures> RoundAsync(string what, int round, HttpLoad load, CancellationToken cancellationToken)
    {
        var cpu = CpuTime.Seconds();
        var figures = await load.RunAsync(Connections, AnswersEach, cancellationToken);
        var perAnswer = (CpuTime.Seconds() - cpu) / (Connections * AnswersEach);
        Console.WriteLine(
            $"  round {round}, {what}: {figures.AnswersPerSecond:N1} answers/s of {figures.Bytes / 1e6:N1} MB, {perAnswer * 1000:N1} ms of processor time each, first byte after {figures.FirstByteMs:N1} of {figures.WholeMs:N1} ms"
        );
        return figures;
    }

    private static double Median(List<LoadFigures> rounds, Func<LoadFigures, double> figure) => Rounds.Median(rounds.Select(figure));
}
