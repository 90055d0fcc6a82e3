namespace Tideway.DeltaLog.FileSets;

/// <summary>Gathers the distinct sets of partition values of a segment.</summary>
internal sealed class PartitionTuplesBuilder
{
    private readonly ByteBuilder packed = new();
    private readonly List<int> starts = [0];
    private readonly List<uint> hashes = [];
    private int[] table = new int[64];
    private int last = -1;

    /// <summary>The number of the set, which is added where it is new.</summary>
    public ushort Add(ReadOnlySpan<byte> tuple)
    {
        // Files of a partition mostly lie side by side.
        if (last >= 0 && At(last).SequenceEqual(tuple))
            return (ushort)last;
        var hash = FileHash.Of(tuple);
        var slot = Slot(hash, tuple);
        if (table[slot] == 0)
        {
            packed.Append(tuple);
            starts.Add(packed.Length);
            hashes.Add(hash);
            table[slot] = hashes.Count;
            last = hashes.Count - 1;
            if (hashes.Count * 2 > table.Length)
                Grow();
            return (ushort)last;
        }

        last = table[slot] - 1;
        return (ushort)last;
    }

    public PartitionTuples Build() => new(packed.ToArray(), [.. starts]);

    private ReadOnlySpan<byte> At(int index) => packed.Written[starts[index]..starts[index + 1]];

    private int Slot(uint hash, ReadOnlySpan<byte> tuple)
    {
        var slot = (int)(hash & (uint)(table.Length - 1));
        while (table[slot] is > 0 and var found && (hashes[found - 1] != hash || !At(found - 1).SequenceEqual(tuple)))
            slot = (slot + 1) & (table.Length - 1);
        return slot;
    }

    private void Grow()
    {
        table = new int[table.Length * 4];
        for (var index = 0; index < hashes.Count; index++)
        {
            var slot = (int)(hashes[index] & (uint)(table.Length - 1));
            while (table[slot] != 0)
                slot = (slot + 1) & (table.Length - 1);
            table[slot] = index + 1;
        }
    }
}
