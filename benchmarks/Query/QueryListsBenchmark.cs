using System.Diagnostics;
using Tideway.TwoOrganisations;

namespace Tideway.Benchmarks.Query;

/// <summary>Small answers, as clients that look around ask for: the tables of a schema, each call authenticated, looked up and recorded durably.</summary>
internal sealed class QueryListsBenchmark : IBenchmark
{
    private const int Tables = 20;
    private const int Connections = 32;
    private const int AnswersEach = 2_000;
    private const int WarmAnswersEach = 6_000;

    public string Name => "query-lists";

    public string Question => "answers per second that list 20 tables, 32 connections; baseline: a Kestrel endpoint that returns the same bytes";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"tideway-bench-{Guid.CreateVersion7():N}");
        try
        {
            await using var process = await StandaloneProcess.StartAsync(
                RepositoryFolder.Standalone,
                Path.Combine(folder, "owner"),
                QueriedTable.Unlimited,
                cancellationToken
            );
            var table = Path.Combine(process.Tables, "files");
            QueriedTable.Create(table, 1);
            using var owner = new Organisation("Owner", process, await process.AdminToken);
            var shared = await QueriedTable.ShareAsync(owner, table, cancellationToken);
            for (var number = 1; number < Tables; number++)
            {
                var another = Path.Combine(process.Tables, $"table_{number}");
                QueriedTable.Create(another, 1);
                await owner.AddTableAsync("bench", $"bench.table_{number}", another, cancellationToken);
            }

            var list = new Uri(shared.Query, "../../tables");
            var bytes = Path.Combine(folder, "list.json");
            await File.WriteAllBytesAsync(bytes, await QueriedTable.GetAsync(list, shared.Token, cancellationToken), cancellationToken);
            var (endpoint, plain, durable) = await PlainEndpoint.StartAsync(bytes, cancellationToken);
            await using var _ = endpoint;
            Side[] sides =
            [
                new("baseline", new HttpLoad(plain, HttpMethod.Get, shared.Token)),
                new("durable baseline", new HttpLoad(durable, HttpMethod.Get, shared.Token)),
                new("ours", new HttpLoad(list, HttpMethod.Get, shared.Token)) { Record = new AuditHead(process.Url, await process.AdminToken) },
            ];
            return await MeasureAsync(sides, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Measure>> MeasureAsync(Side[] sides, CancellationToken cancellationToken)
    {
        foreach (var side in sides)
            await RunAsync(side, WarmAnswersEach, cancellationToken);
        for (var round = 1; round <= Rounds.Count; round++)
        {
            foreach (var side in sides)
                side.Rounds.Add(await RoundAsync(side, round, cancellationToken));
        }

        var (plain, durable, ours) = (Rounds.Median(sides[0].Rounds), Rounds.Median(sides[1].Rounds), Rounds.Median(sides[2].Rounds));
        return
        [
            new Measure("query-lists", ours, plain, "the same bytes from a Kestrel endpoint", "answers/s"),
            new Measure("query-lists-durable", ours, durable, "the same bytes from a Kestrel endpoint, once a line for the call is on the disk", "answers/s"),
        ];
    }

    private static async Task<double> RoundAsync(Side side, int round, CancellationToken cancellationToken)
    {
        var cpu = CpuTime.Seconds();
        var (figures, perSecond) = await RunAsync(side, AnswersEach, cancellationToken);
        var perAnswer = (CpuTime.Seconds() - cpu) / (Connections * AnswersEach);
        Console.WriteLine(
            $"  round {round}, {side.Name}: {perSecond:N0} answers/s of {figures.Bytes:N0} bytes, {perAnswer * 1e6:N0} us of processor time each, whole after {figures.WholeMs:N2} ms"
        );
        return perSecond;
    }

    // To the end of all that the answers leave to be done: nothing of it falls into the next one's turn.
    private static async Task<(LoadFigures Figures, double PerSecond)> RunAsync(Side side, int answersEach, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var before = side.Record is null ? 0 : await side.Record.ReadAsync(cancellationToken);
        var figures = await side.Load.RunAsync(Connections, answersEach, cancellationToken);
        if (side.Record is not null)
            await side.Record.WaitAsync(before + (Connections * answersEach), cancellationToken);
        return (figures, Connections * answersEach / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>One of those that take turns.</summary>
    private sealed record Side(string Name, HttpLoad Load)
    {
        /// <summary>Where its answers have to be on record; null where they are on none.</summary>
        public AuditHead? Record { get; init; }

        public List<double> Rounds { get; } = [];
    }
}
