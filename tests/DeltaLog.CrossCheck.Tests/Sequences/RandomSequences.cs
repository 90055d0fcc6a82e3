using Tideway.DeltaLog.CrossCheck.Tests.Engine;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>Tables that are written in random ways hold what a model in memory holds, by our reader and by the other engine's.</summary>
public abstract class RandomSequences(IndependentEngine engine) : IDisposable
{
    private const int Steps = 10;

    private readonly string parent = Directory.CreateTempSubdirectory("tideway-sequence-").FullName;
    private readonly DuckDbDatabase database = DuckDbDatabase.Open(new DuckDbOptions { Threads = 1 });

    public void Dispose()
    {
        database.Dispose();
        Directory.Delete(parent, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs sequences from the seed on. Where <paramref name="failing"/>, the store fails now and then while an operation runs.</summary>
    private protected async Task RunAsync(int firstSeed, int count, bool failing)
    {
        IndependentEngine.Require();
        foreach (var seed in Seeds(firstSeed, count))
            await RunAsync(seed, failing);
    }

    // TIDEWAY_SEQUENCES runs more of them, TIDEWAY_SEQUENCE_SEED begins elsewhere.
    private static IEnumerable<int> Seeds(int first, int count) =>
        Enumerable.Range(
            int.TryParse(Environment.GetEnvironmentVariable("TIDEWAY_SEQUENCE_SEED"), out var seed) ? seed : first,
            int.TryParse(Environment.GetEnvironmentVariable("TIDEWAY_SEQUENCES"), out var wanted) ? wanted : count
        );

    private static FailingStore? Failure(string folder, Random random) =>
        random.Next(3) == 0
            ? null
            : new FailingStore(new LocalObjectStore(folder), random.Next(1, 40), afterwards: random.Next(2) == 0, forGood: random.Next(2) == 0);

    private async Task RunAsync(int seed, bool failing)
    {
        var folder = Path.Combine(parent, $"s{seed}");
        using var connection = database.Connect();
        var sequence = new Sequence(seed, folder, connection);
        var random = new Random(seed);
        await sequence.CreateAsync();
        for (var step = 0; step < Steps; step++)
        {
            await sequence.StepAsync(step, failing ? Failure(folder, random) : null);
            await sequence.CheckAsync(sequence.Latest);
            if (random.Next(2) == 0)
                continue;
            await sequence.MaintainAsync(random, failing ? Failure(folder, random) : null);
            await sequence.CheckAsync(sequence.Latest);
        }

        for (var version = sequence.Model.FirstWhole; version <= sequence.Latest; version++)
        {
            if (version % 3 == 0)
                await sequence.CheckAsync(version);
            await sequence.CheckAsync(version, engine);
        }

        await sequence.CleanAsync(engine);
        Directory.Delete(folder, recursive: true);
    }
}
