using System.Runtime.InteropServices;

namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// Makes the files of a version out of those of an older one, or of a checkpoint, and of what commits add and remove.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
internal sealed class FileSetBuilder
{
    private const int MinGoneToRebuild = 4096;

    private readonly List<FileSegment> segments;
    private readonly List<ulong[]?> gone;
    private readonly List<FileLevel> levels;
    private readonly HashSet<ulong[]> owned = new(ReferenceEqualityComparer.Instance);
    private byte[] scratch = [];
    private byte[] keyScratch = [];
    private int count;
    private long bytes;
    private int goneCount;

    public FileSetBuilder(FileSet before)
    {
        segments = [.. before.Segments];
        gone = [.. before.Gone];
        levels = [.. before.Levels];
        count = before.Count;
        bytes = before.TotalBytes;
        goneCount = before.Segments.Sum(segment => segment.Count) - before.Count;
    }

    private ReadOnlySpan<FileSegment> Segments => CollectionsMarshal.AsSpan(segments);

    private ReadOnlySpan<ulong[]?> Gone => CollectionsMarshal.AsSpan(gone);

    /// <summary>Takes the file out; nothing happens where it is not there.</summary>
    public void Remove(in FileKeyBytes key)
    {
        for (var index = levels.Count - 1; index >= 0; index--)
        {
            if (levels[index].Find(Segments, Gone, key, ref scratch) is not (>= 0 and var id))
                continue;
            Drop(id);
            return;
        }
    }

    /// <summary>Adds files. One with the key of another takes its place.</summary>
    public void Add(IReadOnlyCollection<FileSegment> added)
    {
        if (added.Count == 0)
            return;
        if (levels.Count > 0)
        {
            foreach (var segment in added)
            {
                for (var row = 0; row < segment.Count; row++)
                    Remove(segment.Key(row, ref keyScratch));
            }
        }

        var first = segments.Count;
        foreach (var segment in added)
            Append(segment);
        levels.Add(Level(first, segments.Count - first));
        // A level is at least twice as large as the one after it, so that there are few, and a file seldom moves from one to another.
        while (levels is [.., var larger, var smaller] && larger.Rows < 2 * smaller.Rows)
        {
            levels.RemoveRange(levels.Count - 2, 2);
            Rebuild(larger.FirstSegment);
        }
    }

    public FileSet Build()
    {
        if (goneCount > Math.Max(MinGoneToRebuild, count / 3))
        {
            levels.Clear();
            Rebuild(0);
        }

        return count == 0 ? FileSet.Empty : new FileSet([.. segments], [.. gone], [.. levels], count, bytes);
    }

    private void Append(FileSegment segment)
    {
        segments.Add(segment);
        gone.Add(null);
        count += segment.Count;
        foreach (var size in segment.Sizes)
        {
            if (bytes > long.MaxValue - size)
                throw new DeltaLogException(DeltaLogError.CorruptLog, "The lengths of the table's files add up to more than any store can hold.");
            bytes += size;
        }
    }

    private void Drop(int id)
    {
        var (segment, row) = FileLevel.Split(id);
        var bits = gone[segment];
        if (bits is null || !owned.Contains(bits))
        {
            // Older versions still hold the bits that are there.
            bits = bits is null ? new ulong[(segments[segment].Count + 63) / 64] : (ulong[])bits.Clone();
            owned.Add(bits);
            gone[segment] = bits;
        }

        bits[row >> 6] |= 1UL << (row & 63);
        count--;
        goneCount++;
        bytes -= segments[segment].Sizes[row];
    }

    private FileLevel Level(int first, int length)
    {
        // Rows that another one of the same level replaces are dropped once the level stands, which reads what they were.
        List<int>? replaced = null;
        var level = FileLevel.Build(Segments, Gone, first, length, id => (replaced ??= []).Add(id));
        foreach (var id in replaced ?? [])
            Drop(id);
        return level;
    }

    /// <summary>Makes one level of all segments from <paramref name="first"/> on: small ones and those with many files that went are written anew.</summary>
    private void Rebuild(int first)
    {
        var builder = new FileSegmentBuilder();
        var old = segments[first..];
        var oldGone = gone[first..];
        segments.RemoveRange(first, old.Count);
        gone.RemoveRange(first, oldGone.Count);
        for (var index = 0; index < old.Count; index++)
        {
            var dead = oldGone[index] is { } bits ? bits.Sum(word => System.Numerics.BitOperations.PopCount(word)) : 0;
            if (old[index].Count - dead > FileSegment.MaxRows * 3 / 4)
            {
                segments.Add(old[index]);
                gone.Add(oldGone[index]);
                continue;
            }

            goneCount -= dead;
            for (var row = 0; row < old[index].Count; row++)
            {
                if (!FileLevel.IsGone(oldGone[index], row))
                    old[index].CopyTo(builder, row);
            }
        }

        foreach (var segment in builder.Build())
        {
            segments.Add(segment);
            gone.Add(null);
        }

        if (segments.Count > first)
            levels.Add(Level(first, segments.Count - first));
    }
}
