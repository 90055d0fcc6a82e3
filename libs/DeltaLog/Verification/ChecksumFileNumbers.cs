using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Verification;

/// <summary>
/// Numbers about a version's files, counted when they are first asked for.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#file-size-histogram-schema">File Size Histogram</see> and
/// <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deleted-record-counts-histogram-schema">Deleted Record Counts Histogram</see>.
/// </summary>
internal sealed class ChecksumFileNumbers(Snapshot snapshot)
{
    // Where each of the bins for counts of deleted rows begins.
    private static readonly List<long> DeletedBins = [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, int.MaxValue];

    private readonly Lazy<List<long>> deleted = new(() => [.. snapshot.Files.Select(file => file.DeletionVector?.Cardinality ?? 0)]);

    /// <summary>Files with a deletion vector.</summary>
    public long Vectors => snapshot.Files.LongCount(file => file.DeletionVector is not null);

    /// <summary>Rows that deletion vectors delete.</summary>
    public long DeletedRecords => deleted.Value.Sum();

    /// <summary>Number of files by how many of their rows are deleted.</summary>
    public IReadOnlyList<long> DeletedCounts
    {
        get
        {
            var counts = new long[DeletedBins.Count];
            foreach (var count in deleted.Value)
                counts[Bin(DeletedBins, count)]++;
            return counts;
        }
    }

    /// <summary>Number and bytes of files by their size; each bin begins at its boundary.</summary>
    public (IReadOnlyList<long> Counts, IReadOnlyList<long> Bytes) Sizes(List<long> boundaries)
    {
        var (counts, bytes) = (new long[boundaries.Count], new long[boundaries.Count]);
        foreach (var file in snapshot.Files)
        {
            // Boundaries that do not begin at 0 have no place for some files: then the numbers differ, as they should.
            if (Bin(boundaries, file.Size) is >= 0 and var bin)
            {
                counts[bin]++;
                bytes[bin] += file.Size;
            }
        }

        return (counts, bytes);
    }

    private static int Bin(List<long> boundaries, long value)
    {
        var found = boundaries.BinarySearch(value);
        return found >= 0 ? found : ~found - 1;
    }
}
