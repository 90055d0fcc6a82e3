using System.Numerics;

namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// Builds the hash table of a <see cref="FileLevel"/>: ids plus one by hash, open addressing, at most half full. Many files are first divided by where in the
/// table they belong, so that several threads fill parts of it, each of which stays in a processor's cache.
/// </summary>
internal sealed class FileLevelTable
{
    private const int PartBits = 6;
    private const int Parts = 1 << PartBits;
    private const int MinRowsToDivide = 1 << 16;

    private readonly FileSegment[] segments;
    private readonly int first;
    private readonly int[] slots;
    private readonly int mask;
    private readonly List<int> replaced = [];
    private byte[] left = [];
    private byte[] right = [];

    /// <summary>Room for the files of some neighbouring segments.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="first">The number of the first of them in the set.</param>
    private FileLevelTable(FileSegment[] segments, int first)
    {
        this.segments = segments;
        this.first = first;
        slots = new int[Math.Max(4, BitOperations.RoundUpToPowerOf2((ulong)segments.Sum(segment => (long)segment.Count) * 2))];
        mask = slots.Length - 1;
    }

    /// <summary>The table of all files that are not gone, how many there are, and those that another one with their key, further back, has replaced.</summary>
    public static (int[] Slots, int Kept, List<int> Replaced) Build(FileSegment[] segments, ulong[]?[] gone, int first, int minRowsToDivide = MinRowsToDivide)
    {
        var table = new FileLevelTable(segments, first);
        var divides = table.slots.Length >= Parts && segments.Sum(segment => segment.Count) >= minRowsToDivide;
        var added = divides ? table.FillParts(gone) : table.Fill(gone);
        return (table.slots, added - table.replaced.Count, table.replaced);
    }

    private int Fill(ulong[]?[] gone)
    {
        var added = 0;
        for (var segment = 0; segment < segments.Length; segment++)
        {
            var hashes = segments[segment].Hashes;
            for (var row = 0; row < hashes.Length; row++)
            {
                if (FileLevel.IsGone(gone[segment], row))
                    continue;
                Insert(hashes[row], FileLevel.Id(first + segment, row));
                added++;
            }
        }

        return added;
    }

    private int FillParts(ulong[]?[] gone)
    {
        var shift = BitOperations.Log2((uint)slots.Length) - PartBits;
        var (entries, ends) = Divide(gone, shift);
        var late = new List<ulong>[Parts];
        var twice = new List<int>[Parts];
        Parallel.For(
            0,
            Parts,
            () => new uint[1 << shift],
            (part, _, hashes) =>
            {
                var own = entries.AsSpan((part == 0 ? 0 : ends[part - 1])..ends[part]);
                FillPart(own, part << shift, hashes, late[part] = [], twice[part] = []);
                return hashes;
            },
            static _ => { }
        );
        foreach (var ids in twice)
            replaced.AddRange(ids);
        // What did not fit into its part goes on into the next one, as a search does.
        foreach (var entry in late.SelectMany(part => part))
            Insert((uint)(entry >> 32), (int)(uint)entry);
        return entries.Length;
    }

    // Hash and id of each file, by part of the table and else in order.
    private (ulong[] Entries, int[] Ends) Divide(ulong[]?[] gone, int shift)
    {
        var places = new int[Parts];
        for (var segment = 0; segment < segments.Length; segment++)
        {
            var hashes = segments[segment].Hashes;
            for (var row = 0; row < hashes.Length; row++)
            {
                if (!FileLevel.IsGone(gone[segment], row))
                    places[(hashes[row] & (uint)mask) >> shift]++;
            }
        }

        var total = 0;
        for (var part = 0; part < Parts; part++)
            (places[part], total) = (total, total + places[part]);
        var entries = GC.AllocateUninitializedArray<ulong>(total);
        for (var segment = 0; segment < segments.Length; segment++)
        {
            var hashes = segments[segment].Hashes;
            for (var row = 0; row < hashes.Length; row++)
            {
                if (!FileLevel.IsGone(gone[segment], row))
                    entries[places[(hashes[row] & (uint)mask) >> shift]++] = ((ulong)hashes[row] << 32) | (uint)FileLevel.Id(first + segment, row);
            }
        }

        return (entries, places);
    }

    private void FillPart(ReadOnlySpan<ulong> entries, int start, uint[] hashes, List<ulong> late, List<int> twice)
    {
        byte[] own = [],
            other = [];
        var part = slots.AsSpan(start, hashes.Length);
        foreach (var entry in entries)
        {
            var (hash, id) = ((uint)(entry >> 32), (int)(uint)entry);
            var slot = (int)(hash & (uint)mask) - start;
            while (slot < part.Length && part[slot] != 0 && !(hashes[slot] == hash && AreSame(part[slot] - 1, id, ref own, ref other)))
                slot++;
            if (slot == part.Length)
            {
                late.Add(entry);
                continue;
            }

            if (part[slot] != 0)
                twice.Add(part[slot] - 1);
            (part[slot], hashes[slot]) = (id + 1, hash);
        }
    }

    private void Insert(uint hash, int id)
    {
        var slot = (int)(hash & (uint)mask);
        while (slots[slot] != 0 && !AreSame(slots[slot] - 1, id, ref left, ref right))
            slot = (slot + 1) & mask;
        if (slots[slot] != 0)
            replaced.Add(slots[slot] - 1);
        slots[slot] = id + 1;
    }

    private bool AreSame(int one, int other, ref byte[] scratch, ref byte[] otherScratch)
    {
        var (segment, row) = FileLevel.Split(one);
        var (otherSegment, otherRow) = FileLevel.Split(other);
        var (mine, theirs) = (segments[segment - first], segments[otherSegment - first]);
        return mine.Hashes[row] == theirs.Hashes[otherRow] && mine.Is(row, theirs.Key(otherRow, ref otherScratch), ref scratch);
    }
}
