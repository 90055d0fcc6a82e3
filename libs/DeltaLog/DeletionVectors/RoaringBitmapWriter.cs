using System.Buffers;
using System.Buffers.Binary;

namespace Tideway.DeltaLog.DeletionVectors;

/// <summary>
/// Serializes positions as a 64-bit Roaring bitmap, each container in the smallest of its three forms.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-format">Deletion Vector Format</see> and
/// <see href="https://github.com/RoaringBitmap/RoaringFormatSpec">the Roaring format</see>.
/// </summary>
internal static class RoaringBitmapWriter
{
    private const uint Magic = 1681511377;
    private const int CookieWithoutRuns = 12346;
    private const int CookieWithRuns = 12347;
    private const int MinContainersForOffsets = 4;
    private const int ContainerRows = 1 << 16;
    private const int BitmapBytes = ContainerRows / 8;

    /// <summary>The bytes, beginning with the magic number.</summary>
    public static byte[] Write(RowSet rows)
    {
        var buckets = Containers(rows)
            .GroupBy(container => container.Start >> 32)
            .Select(bucket => (High: (uint)bucket.Key, Containers: bucket.ToList()))
            .ToList();
        var buffer = new ArrayBufferWriter<byte>();
        UInt32(buffer, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.GetSpan(8), (ulong)buckets.Count);
        buffer.Advance(8);
        foreach (var (high, containers) in buckets)
        {
            UInt32(buffer, high);
            WriteBucket(buffer, containers);
        }

        return buffer.WrittenSpan.ToArray();
    }

    // Ranges cut at the borders of containers.
    private static IEnumerable<Container> Containers(RowSet rows)
    {
        Container? current = null;
        foreach (var (start, end) in rows.Ranges)
        {
            for (var from = start; from < end; )
            {
                var first = from & ~(long)(ContainerRows - 1);
                if (current?.Start != first)
                {
                    if (current is not null)
                        yield return current;
                    current = new Container(first);
                }

                var to = Math.Min(end, first + ContainerRows);
                current.Runs.Add(((int)(from - first), (int)(to - first)));
                from = to;
            }
        }

        if (current is not null)
            yield return current;
    }

    private static void WriteBucket(ArrayBufferWriter<byte> buffer, List<Container> containers)
    {
        var begin = buffer.WrittenCount;
        var hasRuns = containers.Exists(container => container.Form == Form.Runs);
        if (hasRuns)
        {
            UInt32(buffer, (uint)(CookieWithRuns | ((containers.Count - 1) << 16)));
            var flags = new byte[(containers.Count + 7) / 8];
            for (var index = 0; index < containers.Count; index++)
            {
                if (containers[index].Form == Form.Runs)
                    flags[index / 8] |= (byte)(1 << (index % 8));
            }

            buffer.Write(flags);
        }
        else
        {
            UInt32(buffer, CookieWithoutRuns);
            UInt32(buffer, (uint)containers.Count);
        }

        foreach (var container in containers)
        {
            UInt16(buffer, (int)((container.Start >> 16) & 0xFFFF));
            UInt16(buffer, container.Count - 1);
        }

        if (!hasRuns || containers.Count >= MinContainersForOffsets)
        {
            var offset = buffer.WrittenCount - begin + (containers.Count * 4);
            foreach (var container in containers)
            {
                UInt32(buffer, (uint)offset);
                offset += container.Bytes;
            }
        }

        foreach (var container in containers)
            container.Write(buffer);
    }

    private static void UInt16(ArrayBufferWriter<byte> buffer, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.GetSpan(2), (ushort)value);
        buffer.Advance(2);
    }

    private static void UInt32(ArrayBufferWriter<byte> buffer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    private enum Form
    {
        Runs,
        Array,
        Bits,
    }

    private sealed class Container(long start)
    {
        public long Start { get; } = start;

        public List<(int From, int To)> Runs { get; } = [];

        public int Count => Runs.Sum(run => run.To - run.From);

        public int Bytes =>
            Form switch
            {
                Form.Runs => 2 + (Runs.Count * 4),
                Form.Array => Count * 2,
                _ => BitmapBytes,
            };

        // An array holds at most 4096 values, which is where bits become as short.
        public Form Form =>
            2 + (Runs.Count * 4) < Math.Min(Count * 2, BitmapBytes) ? Form.Runs
            : Count * 2 <= BitmapBytes ? Form.Array
            : Form.Bits;

        public void Write(ArrayBufferWriter<byte> buffer)
        {
            switch (Form)
            {
                case Form.Runs:
                    UInt16(buffer, Runs.Count);
                    foreach (var (from, to) in Runs)
                    {
                        UInt16(buffer, from);
                        UInt16(buffer, to - from - 1);
                    }

                    break;
                case Form.Array:
                    foreach (var (from, to) in Runs)
                    {
                        for (var row = from; row < to; row++)
                            UInt16(buffer, row);
                    }

                    break;
                default:
                    var bits = buffer.GetSpan(BitmapBytes)[..BitmapBytes];
                    bits.Clear();
                    foreach (var (from, to) in Runs)
                    {
                        for (var row = from; row < to; row++)
                            bits[row / 8] |= (byte)(1 << (row % 8));
                    }

                    buffer.Advance(BitmapBytes);
                    break;
            }
        }
    }
}
