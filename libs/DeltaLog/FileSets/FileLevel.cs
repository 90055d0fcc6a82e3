namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// Finds files by key in some neighbouring segments. A file goes by its id: the segment's number in the set, then the row. Never changes,
/// so that versions share it.
/// </summary>
internal sealed class FileLevel
{
    // Ids plus one by hash, open addressing; at most half full.
    private readonly int[] table;
    private int[]? order;

    private FileLevel(int firstSegment, int segmentCount, int rows, int[] table)
    {
        FirstSegment = firstSegment;
        SegmentCount = segmentCount;
        Rows = rows;
        this.table = table;
    }

    public int FirstSegment { get; }

    public int SegmentCount { get; }

    /// <summary>How many files there are to be found.</summary>
    public int Rows { get; }

    public long HeldBytes => ((long)table.Length + (order?.Length ?? 0)) * sizeof(int);

    public static int Id(int segment, int row) => (segment << FileSegment.RowBits) | row;

    /// <summary>All files of the segments but those that are <paramref name="gone"/>. A key that is there twice is found where it is last; the other goes to <paramref name="replaced"/>.</summary>
    public static FileLevel Build(ReadOnlySpan<FileSegment> segments, ReadOnlySpan<ulong[]?> gone, int first, int count, Action<int> replaced)
    {
        var (slots, kept, twice) = FileLevelTable.Build(segments.Slice(first, count).ToArray(), gone.Slice(first, count).ToArray(), first);
        twice.ForEach(replaced);
        return new FileLevel(first, count, kept, slots);
    }

    /// <summary>The id of the file with that key that is not gone; -1 where there is none.</summary>
    public int Find(ReadOnlySpan<FileSegment> segments, ReadOnlySpan<ulong[]?> gone, in FileKeyBytes key, ref byte[] scratch)
    {
        for (var slot = (int)(key.Hash & (uint)(table.Length - 1)); table[slot] != 0; slot = (slot + 1) & (table.Length - 1))
        {
            var (segment, row) = Split(table[slot] - 1);
            if (segments[segment].Is(row, key, ref scratch) && !IsGone(gone[segment], row))
                return table[slot] - 1;
        }

        return -1;
    }

    /// <summary>The ids by key, those that went later included. Sorted at the first call.</summary>
    public int[] Order(FileSegment[] segments)
    {
        if (Volatile.Read(ref order) is { } known)
            return known;
        var ids = new int[Rows];
        var index = 0;
        foreach (var entry in table)
        {
            if (entry != 0)
                ids[index++] = entry - 1;
        }

        FileOrder.Sort(ids, segments);
        Volatile.Write(ref order, ids);
        return ids;
    }

    public static (int Segment, int Row) Split(int id) => (id >> FileSegment.RowBits, id & FileSegment.RowMask);

    public static bool IsGone(ulong[]? gone, int row) => gone is not null && (gone[row >> 6] & (1UL << (row & 63))) != 0;
}
