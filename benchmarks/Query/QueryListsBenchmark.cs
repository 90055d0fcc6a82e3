using Tideway.TwoOrganisations;

namespace Tideway.Benchmarks.Query;

/// <summary>Small answers, as clients that look around ask for: the tables of a schema, each call authenticated, looked up and recorded durably.</summary>
internal sealed class QueryListsBenchmark : IBenchmark
{
    private const int Tables = 20;
    private const int Connections = 32;
    private const int AnswersEach = 2_000;
    private const int WarmAnswersEach = 3_000;

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
            var (plain, url) = await PlainEndpoint.StartAsync(bytes, cancellationToken);
            await using var _ = plain;
            return await MeasureAsync(new HttpLoad(list, HttpMethod.Get, shared.Token), new HttpLoad(url, HttpMethod.Get, shared.Token), cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Measure>> MeasureAsync(HttpLoad ours, HttpLoad baseline, CancellationToken cancellationToken)
    {
        foreach (var load in new[] { ours, baseline })
            await load.RunAsync(Connections, WarmAnswersEach, cancellationToken);
        var (listed, plain) = (new List<double>(), new List<double>());
        for (var round = 1; round <= Rounds.Count; round++)
        {
            plain.Add(await RoundAsync("baseline", round, baseline, cancellationToken));
            listed.Add(await RoundAsync("ours", round, ours, cancellationToken));
        }

        return [new Measure("query-lists", Rounds.Median(listed), Rounds.Median(plain), "the same bytes from a Kestrel endpoint", "answers/s")];
    }

    private static async Task<double> RoundAsync(string what, int round, HttpLoad load, CancellationToken cancellationToken)
    {
        var cpu = CpuTime.Seconds();
        var figures = await load.RunAsync(Connections, AnswersEach, cancellationToken);
        var perAnswer = (CpuTime.Seconds() - cpu) / (Connections * AnswersEach);
        Console.WriteLine(
            $"  round {round}, {what}: {figures.AnswersPerSecond:N0} answers/s of {figures.Bytes:N0} bytes, {perAnswer * 1e6:N0} us of processor time each, whole after {figures.WholeMs:N2} ms"
        );
        return figures.AnswersPerSecond;
    }
}
