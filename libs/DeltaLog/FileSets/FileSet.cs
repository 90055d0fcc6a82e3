using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// The active files of a version. Never changes: a newer version shares the segments of an older one, adds some, and marks the files that went.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
internal sealed class FileSet
{
    private readonly FileLevel[] levels;
    private int[]? order;

    internal FileSet(FileSegment[] segments, ulong[]?[] gone, FileLevel[] levels, int count, long totalBytes)
    {
        Segments = segments;
        Gone = gone;
        this.levels = levels;
        Count = count;
        TotalBytes = totalBytes;
    }

    public static FileSet Empty { get; } = new([], [], [], 0, 0);

    public int Count { get; }

    public long TotalBytes { get; }

    /// <summary>The segments with the files, and with files that went.</summary>
    public FileSegment[] Segments { get; }

    /// <summary>For each segment a bit for each row that went; null where none did.</summary>
    public ulong[]?[] Gone { get; }

    public ReadOnlySpan<FileLevel> Levels => levels;

    /// <summary>Bytes held in memory, those that are shared with other versions included.</summary>
    public long HeldBytes =>
        Segments.Sum(segment => segment.HeldBytes())
        + Gone.Sum(bits => (bits?.Length ?? 0) * (long)sizeof(ulong))
        + levels.Sum(level => level.HeldBytes)
        + ((order?.Length ?? 0) * (long)sizeof(int));

    /// <summary>The file of that path and deletion vector, or null.</summary>
    public AddFile? Find(string path, DeletionVectorDescriptor? vector)
    {
        var key = FileKeyBytes.Of(path, vector);
        byte[] scratch = [];
        for (var index = levels.Length - 1; index >= 0; index--)
        {
            if (levels[index].Find(Segments, Gone, key, ref scratch) is >= 0 and var id)
                return Read(id, new PartitionValuesCache());
        }

        return null;
    }

    /// <summary>The files in the order of <see cref="FileOrder"/>, from the one at <paramref name="skip"/> on.</summary>
    public IEnumerable<AddFile> Enumerate(int skip = 0)
    {
        if (skip >= Count)
            yield break;
        var ids = Order();
        var values = new PartitionValuesCache();
        for (var index = skip; index < ids.Length; index++)
            yield return Read(ids[index], values);
    }

    /// <summary>The ids in the order of <see cref="FileOrder"/>.</summary>
    public int[] Order()
    {
        if (Volatile.Read(ref order) is { } known)
            return known;
        int[] merged = [];
        for (var index = levels.Length - 1; index >= 0; index--)
            merged = Merge(Live(levels[index].Order(Segments)), merged);
        Volatile.Write(ref order, merged);
        return merged;
    }

    public AddFile Read(int id, PartitionValuesCache values)
    {
        var (segment, row) = FileLevel.Split(id);
        return Segments[segment].Read(row, values);
    }

    private int[] Live(int[] ids)
    {
        if (Array.TrueForAll(Gone, bits => bits is null))
            return ids;
        var live = new int[ids.Length];
        var count = 0;
        foreach (var id in ids)
        {
            var (segment, row) = FileLevel.Split(id);
            live[count] = id;
            if (!FileLevel.IsGone(Gone[segment], row))
                count++;
        }

        return count == ids.Length ? ids : live[..count];
    }

    // The second is mostly far shorter: its places in the first are searched for, and what lies between is copied.
    private int[] Merge(int[] first, int[] second)
    {
        if (second.Length == 0)
            return first;
        var merged = new int[first.Length + second.Length];
        var (taken, written) = (0, 0);
        foreach (var id in second)
        {
            var place = PlaceOf(id, first, taken);
            Array.Copy(first, taken, merged, written, place - taken);
            written += place - taken;
            taken = place;
            merged[written++] = id;
        }

        Array.Copy(first, taken, merged, written, first.Length - taken);
        return merged;
    }

    private int PlaceOf(int id, int[] ids, int from)
    {
        var (low, high) = (from, ids.Length);
        // In strides that double first, as the next place is mostly near.
        for (var stride = 1; low + stride < high; stride *= 2)
        {
            if (FileOrder.Compare(Segments, ids[low + stride], id) >= 0)
            {
                high = low + stride;
                break;
            }

            low += stride;
        }

        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (FileOrder.Compare(Segments, ids[middle], id) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
