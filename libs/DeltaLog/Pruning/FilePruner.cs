using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Pruning;

/// <summary>
/// Finds the files of a version that can hold rows which meet a condition: first by partition values, once for each that differs, then by
/// statistics, which are only read where the partition does not decide.
/// </summary>
internal sealed class FilePruner
{
    private readonly FileSet files;
    private readonly BoundTest test;
    private readonly PrunedColumn[] partitions;
    private readonly PrunedColumn[] others;
    private readonly StatisticsReader statistics;

    public FilePruner(Snapshot snapshot, Predicate predicate)
    {
        files = snapshot.FileSet;
        var binder = new PredicateBinder(snapshot);
        test = binder.Bind(predicate);
        partitions = [.. binder.Columns.Where(column => column.IsPartition)];
        others = [.. binder.Columns.Where(column => !column.IsPartition)];
        statistics = new StatisticsReader(others);
    }

    private enum Verdict : byte
    {
        Drop,
        Keep,
        Look,
    }

    /// <summary>How many files there are.</summary>
    public int Count()
    {
        var count = 0;
        for (var segment = 0; segment < files.Segments.Length; segment++)
            Scan(segment, _ => count++);
        return count;
    }

    /// <summary>Their ids in the order of files.</summary>
    public int[] Find()
    {
        var found = new List<int>();
        for (var segment = 0; segment < files.Segments.Length; segment++)
        {
            var number = segment;
            Scan(segment, row => found.Add(FileLevel.Id(number, row)));
        }

        if (found.Count == files.Count)
            return files.Order();
        var ids = found.ToArray();
        FileOrder.Sort(ids, files.Segments);
        return ids;
    }

    private void Scan(int number, Action<int> take)
    {
        var segment = files.Segments[number];
        var gone = files.Gone[number];
        var verdicts = Verdicts(segment);
        if (verdicts is not null && Array.TrueForAll(verdicts, verdict => verdict == Verdict.Drop))
            return;
        var last = -1;
        for (var row = 0; row < segment.Count; row++)
        {
            var partition = segment.PartitionOf[row];
            var verdict = verdicts is null ? Verdict.Look : verdicts[partition];
            if (verdict == Verdict.Drop || FileLevel.IsGone(gone, row))
                continue;
            if (verdict == Verdict.Look)
            {
                if (partition != last)
                    SetPartition(segment.Partitions[last = partition]);
                statistics.Read(segment.Stats(row));
                if (!test.Evaluate().HasFlag(Outcomes.True))
                    continue;
            }

            take(row);
        }
    }

    // What each set of partition values decides by itself; null where the condition is not about them.
    private Verdict[]? Verdicts(FileSegment segment)
    {
        if (partitions.Length == 0 && others.Length > 0)
            return null;
        foreach (var column in others)
            column.State.Forget();
        var verdicts = new Verdict[segment.Partitions.Count];
        for (var index = 0; index < verdicts.Length; index++)
        {
            SetPartition(segment.Partitions[index]);
            var outcomes = test.Evaluate();
            verdicts[index] =
                !outcomes.HasFlag(Outcomes.True) ? Verdict.Drop
                : others.Length == 0 || outcomes == Outcomes.True ? Verdict.Keep
                : Verdict.Look;
        }

        return verdicts;
    }

    private void SetPartition(ReadOnlySpan<byte> tuple)
    {
        foreach (var column in partitions)
        {
            // A partition column that a file has no value for is one that this writer did not know; nothing is known of it.
            if (PackedPairs.Contains(tuple, column.Path[0], out var value))
                column.SetPartitionValue(value);
            else
                column.State.Forget();
        }
    }
}
