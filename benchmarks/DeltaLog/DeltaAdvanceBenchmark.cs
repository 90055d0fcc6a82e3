using Tideway.DeltaLog;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>How long it takes to bring a snapshot of a million files up to date with one commit.</summary>
internal sealed class DeltaAdvanceBenchmark : IBenchmark
{
    private const int Opens = 3;
    private const int Advances = 30;

    public string Name => "delta-advance";

    public string Question => "ms to take in one commit on a snapshot of 1,000,000 files; baseline: a hundredth of opening the table";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        using var table = MillionFileTable.Create(cancellationToken);
        var delta = new DeltaTable(table.Store, TimeProvider.System);
        var opens = new List<Timing>();
        var snapshot = await delta.LoadAsync(cancellationToken: cancellationToken);
        for (var round = 0; round < Opens; round++)
            opens.Add(await Timing.OfAsync(async () => snapshot = await delta.LoadAsync(cancellationToken: cancellationToken)));
        var advances = new List<Timing>();
        for (var round = 0; round <= Advances; round++)
        {
            table.Commit();
            var timing = await Timing.OfAsync(async () => snapshot = await delta.UpdateAsync(snapshot, cancellationToken));
            if (snapshot.Version != table.Latest)
                throw new InvalidOperationException($"Version {snapshot.Version} is not the latest, {table.Latest}.");
            if (round > 0)
                advances.Add(timing);
        }

        var (open, advance) = (Timing.Median(opens), Timing.Median(advances));
        Console.WriteLine($"  opening {open}, one commit {advance}");
        return [new Measure("delta-advance", advance.Seconds * 1000, open.Seconds * 1000 / 100, "a hundredth of opening the table", "ms")];
    }
}
