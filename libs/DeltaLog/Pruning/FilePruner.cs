using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Pruning;

/// <summary>Finds the files of a version that can hold rows which meet a condition, with several threads where there are many.</summary>
internal sealed class FilePruner(Snapshot snapshot, Predicate predicate, CancellationToken cancellationToken = default)
{
    // Fewer are done before another thread has begun.
    private const int MinFilesPerThread = 16_384;

    private readonly FileSet files = snapshot.FileSet;

    // Made at once, so that a condition that cannot be bound fails here.
    private SegmentScan? first = new(snapshot, predicate);

    /// <summary>How many threads are worth their while.</summary>
    public int Threads { get; init; } = Math.Clamp(snapshot.FileCount / MinFilesPerThread, 1, Environment.ProcessorCount);

    /// <summary>How many files there are.</summary>
    public int Count()
    {
        var counts = new int[files.Segments.Length];
        Run((scan, number) => counts[number] = scan.Run(files.Segments[number], files.Gone[number], null, cancellationToken));
        return counts.Sum();
    }

    /// <summary>Their ids in the order of files.</summary>
    public int[] Find()
    {
        var found = new List<int>[files.Segments.Length];
        Run((scan, number) => scan.Run(files.Segments[number], files.Gone[number], found[number] = [], cancellationToken));
        var ids = new int[found.Sum(rows => rows.Count)];
        if (ids.Length == files.Count)
            return files.Order();
        var next = 0;
        for (var number = 0; number < found.Length; number++)
        {
            foreach (var row in found[number])
                ids[next++] = FileLevel.Id(number, row);
        }

        FileOrder.Sort(ids, files.Segments);
        return ids;
    }

    // Conditions hold what they know of the file at hand, so that each thread has one of its own.
    private void Run(Action<SegmentScan, int> scan)
    {
        if (Threads == 1)
        {
            var only = TakeScan();
            for (var number = 0; number < files.Segments.Length; number++)
                scan(only, number);
            return;
        }

        Parallel.For(
            0,
            files.Segments.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Threads, CancellationToken = cancellationToken },
            TakeScan,
            (number, _, own) =>
            {
                scan(own, number);
                return own;
            },
            static _ => { }
        );
    }

    private SegmentScan TakeScan() => Interlocked.Exchange(ref first, null) ?? new SegmentScan(snapshot, predicate);
}
