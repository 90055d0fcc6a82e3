using System.Globalization;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage.Local;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>How much memory a snapshot that is kept takes for each file, beyond the text of paths and statistics.</summary>
internal sealed class DeltaMemoryBenchmark : IBenchmark
{
    public const string Part = "delta-memory";

    private const double BytesPerFileBudget = 250;

    public string Name => "delta-memory";

    public string Question => "bytes that a kept snapshot of 1,000,000 files takes per file beyond the text of its path and statistics; baseline: the budget";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        using var table = MillionFileTable.Create(cancellationToken);
        // In a process of its own, whose heap holds nothing of other benchmarks.
        await using var child = ChildProcess.Start(Part, table.Folder);
        var words = (await child.WaitAsync("held", cancellationToken)).Split(' ');
        var (held, text, files) = (Number(words[1]), Number(words[2]), Number(words[3]));
        Console.WriteLine($"  {held / 1e6:N1} MB held for {files:N0} files with {text / 1e6:N1} MB of text; the snapshot says {Number(words[4]) / 1e6:N1} MB");
        return [new Measure("delta-memory", (held - text) / files, BytesPerFileBudget, "the budget", "bytes/file")];
    }

    /// <summary>Arguments: part, folder of the table. Says: held, bytes on the heap, bytes of text, files, bytes by the snapshot's own count.</summary>
    public static async Task<int> RunPartAsync(IReadOnlyList<string> arguments)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var snapshot = await LoadAsync(arguments[1]);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        // Nothing is held outside of the heap: the database that read the checkpoint is closed, and the segments are arrays.
        Console.WriteLine($"held {held} {TextBytes(snapshot)} {snapshot.FileCount} {snapshot.FileBytesHeld}");
        GC.KeepAlive(snapshot);
        return 0;
    }

    private static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);

    private static async Task<Snapshot> LoadAsync(string folder)
    {
        var snapshot = await new DeltaTable(new LocalObjectStore(folder), TimeProvider.System).LoadAsync();
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
