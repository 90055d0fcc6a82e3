namespace Tideway.DeltaLog.DeletionVectors;

/// <summary>Positions of rows in a file, rising, as ranges without their end.</summary>
internal sealed class RowSet : IRowSink
{
    public static readonly RowSet Empty = new();

    private readonly List<(long Start, long End)> ranges = [];

    public IReadOnlyList<(long Start, long End)> Ranges => ranges;

    public long Count => ranges.Sum(range => range.End - range.Start);

    /// <summary>Adds rows after all that are there.</summary>
    public void Append(long start, long end)
    {
        if (ranges.Count > 0 && start < ranges[^1].End)
            throw new FormatException("the positions do not rise");
        if (ranges.Count > 0 && start == ranges[^1].End)
            ranges[^1] = (ranges[^1].Start, end);
        else
            ranges.Add((start, end));
    }

    /// <summary>The rows that are here, in <paramref name="other"/>, or in both.</summary>
    public RowSet Union(RowSet other)
    {
        var result = new RowSet();
        var (left, right) = (0, 0);
        while (left < ranges.Count || right < other.ranges.Count)
        {
            var isLeft = right == other.ranges.Count || (left < ranges.Count && ranges[left].Start <= other.ranges[right].Start);
            var (start, end) = isLeft ? ranges[left++] : other.ranges[right++];
            var last = result.ranges.Count > 0 ? result.ranges[^1].End : 0;
            if (end > last)
                result.Append(Math.Max(start, last), end);
        }

        return result;
    }

    /// <summary>The rows that are here and not in <paramref name="other"/>.</summary>
    public RowSet Except(RowSet other)
    {
        var result = new RowSet();
        var index = 0;
        foreach (var (start, end) in ranges)
        {
            var next = start;
            while (index < other.ranges.Count && other.ranges[index].End <= next)
                index++;
            for (var hole = index; hole < other.ranges.Count && other.ranges[hole].Start < end; hole++)
            {
                if (other.ranges[hole].Start > next)
                    result.Append(next, other.ranges[hole].Start);
                next = Math.Max(next, other.ranges[hole].End);
            }

            if (next < end)
                result.Append(next, end);
        }

        return result;
    }
}
