using System.Buffers.Binary;

namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// The order of files: by the UTF-8 bytes of their canonical paths, then by deletion vector. It is the same in every process.
/// </summary>
internal static class FileOrder
{
    private const int SmallRun = 12;

    /// <summary>Sorts ids: by eight bytes of the path at a time, so that a comparison seldom looks at the paths themselves.</summary>
    public static void Sort(int[] ids, FileSegment[] segments)
    {
        var keys = new ulong[ids.Length];
        var scratch = Array.Empty<byte>();
        // Ids rise with memory, so that the first pass reads it in sequence.
        Array.Sort(ids);
        var runs = new Stack<(int Start, int Length, int Depth)>();
        runs.Push((0, ids.Length, 0));
        while (runs.TryPop(out var run))
            SortRun(ids.AsSpan(run.Start, run.Length), keys.AsSpan(run.Start, run.Length), segments, run, runs, ref scratch);
    }

    public static int Compare(FileSegment[] segments, int left, int right)
    {
        byte[] first = [],
            second = [];
        return Compare(segments, left, right, ref first, ref second);
    }

    private static int Compare(FileSegment[] segments, int left, int right, ref byte[] first, ref byte[] second)
    {
        var (leftSegment, leftRow) = FileLevel.Split(left);
        var (rightSegment, rightRow) = FileLevel.Split(right);
        var byPath = segments[leftSegment].CanonicalPath(leftRow, ref first).SequenceCompareTo(segments[rightSegment].CanonicalPath(rightRow, ref second));
        return byPath != 0 ? byPath : segments[leftSegment].VectorId(leftRow).SequenceCompareTo(segments[rightSegment].VectorId(rightRow));
    }

    private static void SortRun(
        Span<int> ids,
        Span<ulong> keys,
        FileSegment[] segments,
        (int Start, int Length, int Depth) run,
        Stack<(int Start, int Length, int Depth)> runs,
        ref byte[] scratch
    )
    {
        if (ids.Length <= SmallRun)
        {
            InsertionSort(ids, segments);
            return;
        }

        var isLonger = false;
        var isOneKey = true;
        for (var index = 0; index < ids.Length; index++)
        {
            var (segment, row) = FileLevel.Split(ids[index]);
            var path = segments[segment].CanonicalPath(row, ref scratch);
            isLonger |= path.Length > run.Depth + sizeof(ulong);
            keys[index] = KeyAt(path, run.Depth);
            isOneKey &= keys[index] == keys[0];
        }

        if (!isOneKey)
            keys.Sort(ids);
        if (!isLonger)
        {
            // The keys hold the rest of all paths; what still is equal differs in its length or its deletion vector.
            for (var start = 0; start < ids.Length; )
            {
                var end = EndOfKey(keys, start);
                if (end - start > 1)
                    ids[start..end].Sort((left, right) => Compare(segments, left, right));
                start = end;
            }

            return;
        }

        for (var start = 0; start < ids.Length; )
        {
            var end = EndOfKey(keys, start);
            if (end - start > 1)
                runs.Push((run.Start + start, end - start, run.Depth + sizeof(ulong)));
            start = end;
        }
    }

    private static int EndOfKey(Span<ulong> keys, int start)
    {
        var end = start + 1;
        while (end < keys.Length && keys[end] == keys[start])
            end++;
        return end;
    }

    private static ulong KeyAt(ReadOnlySpan<byte> path, int depth)
    {
        if (path.Length >= depth + sizeof(ulong))
            return BinaryPrimitives.ReadUInt64BigEndian(path[depth..]);
        if (path.Length <= depth)
            return 0;
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        last.Clear();
        path[depth..].CopyTo(last);
        return BinaryPrimitives.ReadUInt64BigEndian(last);
    }

    private static void InsertionSort(Span<int> ids, FileSegment[] segments)
    {
        byte[] first = [],
            second = [];
        for (var index = 1; index < ids.Length; index++)
        {
            var id = ids[index];
            var place = index;
            for (; place > 0 && Compare(segments, ids[place - 1], id, ref first, ref second) > 0; place--)
                ids[place] = ids[place - 1];
            ids[place] = id;
        }
    }
}
