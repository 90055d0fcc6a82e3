using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>How much memory a snapshot that is kept takes for each file, beyond the text of paths and statistics.</summary>
internal sealed class DeltaMemoryBenchmark : IBenchmark
{
    private const double BytesPerFileBudget = 250;

    public string Name => "delta-memory";

    public string Question => "bytes that a kept snapshot of 1,000,000 files takes per file beyond the text of its path and statistics; baseline: the budget";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        using var table = MillionFileTable.Create(cancellationToken);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var snapshot = await LoadAsync(table, cancellationToken);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        // Nothing is held outside of the heap: the database that read the checkpoint is closed, and the segments are arrays.
        var text = TextBytes(snapshot);
        var perFile = (double)(held - text) / snapshot.FileCount;
        Console.WriteLine(
            $"  {held / 1e6:N1} MB held for {snapshot.FileCount:N0} files with {text / 1e6:N1} MB of text; the snapshot says {snapshot.FileBytesHeld / 1e6:N1} MB"
        );
        GC.KeepAlive(snapshot);
        return [new Measure("delta-memory", perFile, BytesPerFileBudget, "the budget", "bytes/file")];
    }

    private static async Task<Snapshot> LoadAsync(MillionFileTable table, CancellationToken cancellationToken)
    {
        var snapshot = await new DeltaTable(table.Store, TimeProvider.System).LoadAsync(cancellationToken: cancellationToken);
        // As after it has served a page: with the order of its files.
        _ = snapshot.FilesFrom(snapshot.FileCount / 2).First();
        return snapshot;
    }

    private static long TextBytes(Snapshot snapshot)
    {
        var bytes = 0L;
        foreach (var file in snapshot.Files)
            bytes += System.Text.Encoding.UTF8.GetByteCount(file.Path) + System.Text.Encoding.UTF8.GetByteCount(file.Stats ?? "");
        return bytes;
    }
}
