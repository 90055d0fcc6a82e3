using Tideway.TwoOrganisations;

namespace Tideway.Benchmarks.Query;

/// <summary>Whole answers of a table with 10,000 files, warm, on 8 connections, plain and as gzip; nginx serves the same bytes from a file.</summary>
internal sealed class QueryBenchmark : IBenchmark
{
    private const string Gzip = "gzip";
    private const string FromFile = "the same bytes from nginx";
    private const string Copied = "the same bytes from nginx, which copies them as under TLS";
    private const int Files = 10_000;
    private const int Connections = 8;
    private const int AnswersEach = 50;
    private const int WarmAnswersEach = 400;

    public string Name => "query";

    public string Question =>
        "answers per second of a query of a 10,000-file table, warm, 8 connections; plain and as gzip; baseline: the same bytes as a file from nginx";

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
            var (ours, oursAnew) = (await ShareAsync(shipped, cancellationToken), await ShareAsync(anew, cancellationToken));
            var files = Directory.CreateDirectory(Path.Combine(folder, "static")).FullName;
            foreach (var coding in new[] { null, Gzip })
            {
                var answer = await ours.ReadAsync("{}", cancellationToken, coding);
                await File.WriteAllBytesAsync(Path.Combine(files, FileOf(coding)), answer, cancellationToken);
            }

            await using var nginx = await NginxServer.StartAsync(Path.Combine(folder, "nginx"), files, sendfile: true, cancellationToken);
            await using var copying = await NginxServer.StartAsync(Path.Combine(folder, "nginx-copying"), files, sendfile: false, cancellationToken);
            Side[] sides =
            [
                new("baseline", Static(nginx, null)),
                new("copying baseline", Static(copying, null)),
                new("as shipped", Load(ours, null)),
                new("signed anew", Load(oursAnew, null)),
                new("baseline, gzip", Static(nginx, Gzip)),
                new("as shipped, gzip", Load(ours, Gzip)),
            ];
            return await MeasureAsync(sides, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static string FileOf(string? coding) => coding is null ? "answer" : "answer." + coding;

    private static HttpLoad Static(NginxServer nginx, string? coding) => new(new Uri(nginx.Url, FileOf(coding)), HttpMethod.Get, null);

    private static HttpLoad Load(QueriedTable table, string? coding) => new(table.Query, HttpMethod.Post, table.Token, coding);

    private static async Task<QueriedTable> ShareAsync(StandaloneProcess process, CancellationToken cancellationToken)
    {
        var table = Path.Combine(process.Tables, "files");
        QueriedTable.Create(table, Files);
        using var owner = new Organisation("Owner", process, await process.AdminToken);
        return await QueriedTable.ShareAsync(owner, table, cancellationToken);
    }

    private static async Task<IReadOnlyList<Measure>> MeasureAsync(Side[] sides, CancellationToken cancellationToken)
    {
        // Warm: the code of a server that has run for a while has been compiled with all that the runtime learned of it.
        foreach (var side in sides)
            await side.Load.RunAsync(Connections, WarmAnswersEach, cancellationToken);
        for (var round = 1; round <= Rounds.Count; round++)
        {
            foreach (var side in sides)
                side.Rounds.Add(await RoundAsync(side.Name, round, side.Load, cancellationToken));
        }

        var (plain, copying, ours, anew, gzip, oursGzip) = (sides[0], sides[1], sides[2], sides[3], sides[4], sides[5]);
        return
        [
            Answers("query", ours, plain, FromFile),
            Answers("query-anew", anew, plain, FromFile),
            Answers("query-copying", ours, copying, Copied),
            Answers("query-anew-copying", anew, copying, Copied),
            Answers("query-gzip", oursGzip, gzip, FromFile),
            FirstByte("query-first-byte", ours),
            FirstByte("query-anew-first-byte", anew),
        ];
    }

    private static Measure Answers(string name, Side ours, Side baseline, string what) =>
        new(name, ours.Median(figures => figures.AnswersPerSecond), baseline.Median(figures => figures.AnswersPerSecond), what, "answers/s");

    private static Measure FirstByte(string name, Side ours) =>
        new(name, ours.Median(figures => figures.FirstByteMs), ours.Median(figures => figures.WholeMs) / 10, "a tenth of the whole answer's time", "ms");

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

    /// <summary>One of those that take turns.</summary>
    private sealed record Side(string Name, HttpLoad Load)
    {
        public List<LoadFigures> Rounds { get; } = [];

        public double Median(Func<LoadFigures, double> figure) => Benchmarks.Rounds.Median(Rounds.Select(figure));
    }
}
