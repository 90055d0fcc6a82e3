using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Pruning;

/// <summary>
/// Finds the files of a segment that can hold rows which meet a condition: first by partition values, once for each set that differs, then by statistics, which
/// are only read where the partition does not decide. Makes no object per file. For one thread.
/// </summary>
internal sealed class SegmentScan
{
    // Often enough for one who went away, and too seldom to be noticed.
    private const int RowsBetweenLooks = 1024;

    private readonly BoundTest test;
    private readonly PrunedColumn[] partitions;
    private readonly PrunedColumn[] others;
    private readonly StatisticsReader statistics;

    public SegmentScan(Snapshot snapshot, Predicate predicate)
    {
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

    /// <summary>How many files there are; their rows go to <paramref name="rows"/>, where that is given.</summary>
    public int Run(FileSegment segment, ulong[]? gone, List<int>? rows, CancellationToken cancellationToken)
    {
        var verdicts = Verdicts(segment, cancellationToken);
        if (verdicts is not null && Array.TrueForAll(verdicts, verdict => verdict == Verdict.Drop))
            return 0;
        var (count, last) = (0, -1);
        for (var row = 0; row < segment.Count; row++)
        {
            if (row % RowsBetweenLooks == 0)
                cancellationToken.ThrowIfCancellationRequested();
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

            count++;
            rows?.Add(row);
        }

        return count;
    }

    /// <summary>Whether all rows of a file are known to meet the condition.</summary>
    public bool IsMetByAll(FileSegment segment, int row)
    {
        SetPartition(segment.Partitions[segment.PartitionOf[row]]);
        statistics.Read(segment.Stats(row));
        return test.Evaluate() == Outcomes.True;
    }

    // What each set of partition values decides by itself; null where the condition is not about them.
    private Verdict[]? Verdicts(FileSegment segment, CancellationToken cancellationToken)
    {
        if (partitions.Length == 0 && others.Length > 0)
            return null;
        foreach (var column in others)
            column.State.Forget();
        var verdicts = new Verdict[segment.Partitions.Count];
        for (var index = 0; index < verdicts.Length; index++)
        {
            if (index % RowsBetweenLooks == 0)
                cancellationToken.ThrowIfCancellationRequested();
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
