using System.Buffers.Binary;
using System.Numerics;

namespace Tideway.DeltaLog.DeletionVectors;

/// <summary>
/// Reads serialized 64-bit Roaring bitmaps.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-format">Deletion Vector Format</see> and
/// <see href="https://github.com/RoaringBitmap/RoaringFormatSpec">the Roaring format</see>.
/// </summary>
internal static class RoaringBitmap
{
    private const uint Magic = 1681511377;
    private const uint CookieWithoutRuns = 12346;
    private const uint CookieWithRuns = 12347;
    private const int MinContainersForOffsets = 4;
    private const int MaxArrayValues = 4096;
    private const int BitmapBytes = 8192;

    /// <summary>The positions; <see cref="FormatException"/> where the bytes are not such a bitmap.</summary>
    public static RowSet Read(ReadOnlySpan<byte> bytes)
    {
        var rows = new RowSet();
        Read(bytes, rows);
        return rows;
    }

    /// <summary>How many positions there are, without holding them: of a few bytes there can be very many.</summary>
    public static long Count(ReadOnlySpan<byte> bytes)
    {
        var rows = new RowCount();
        Read(bytes, rows);
        return rows.Count;
    }

    private static void Read(ReadOnlySpan<byte> bytes, IRowSink rows)
    {
        var reader = new Cursor(bytes);
        if (reader.UInt32() is var magic && magic != Magic)
            throw new FormatException($"expected the magic number {Magic}, found {magic}");
        var buckets = reader.UInt64();
        for (ulong bucket = 0; bucket < buckets; bucket++)
        {
            var key = reader.UInt32();
            if (key > int.MaxValue)
                throw new FormatException($"the bucket key {key} is too large");
            ReadBucket(ref reader, (long)key << 32, rows);
        }

        if (!reader.AtEnd)
            throw new FormatException("bytes are left over after the last bucket");
    }

    private static void ReadBucket(ref Cursor reader, long high, IRowSink rows)
    {
        var cookie = reader.UInt32();
        var hasRuns = (cookie & 0xFFFF) == CookieWithRuns;
        if (!hasRuns && cookie != CookieWithoutRuns)
            throw new FormatException($"expected a Roaring cookie, found {cookie}");
        var containers = hasRuns ? (int)(cookie >> 16) + 1 : checked((int)reader.UInt32());
        if (containers is < 0 or > 65536)
            throw new FormatException($"a bucket of {containers} containers is not possible");
        var runs = hasRuns ? reader.Take((containers + 7) / 8) : default;
        var headers = reader.Take(containers * 4);
        if (!hasRuns || containers >= MinContainersForOffsets)
            reader.Take(containers * 4);
        for (var index = 0; index < containers; index++)
        {
            var start = high | ((long)BinaryPrimitives.ReadUInt16LittleEndian(headers[(index * 4)..]) << 16);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(headers[((index * 4) + 2)..]) + 1;
            if (hasRuns && (runs[index / 8] & (1 << (index % 8))) != 0)
                ReadRuns(ref reader, start, rows);
            else if (count <= MaxArrayValues)
                ReadArray(ref reader, start, count, rows);
            else
                ReadBits(reader.Take(BitmapBytes), start, rows);
        }
    }

    private static void ReadRuns(ref Cursor reader, long start, IRowSink rows)
    {
        var count = reader.UInt16();
        for (var index = 0; index < count; index++)
        {
            var first = start + reader.UInt16();
            rows.Append(first, first + reader.UInt16() + 1);
        }
    }

    private static void ReadArray(ref Cursor reader, long start, int count, IRowSink rows)
    {
        for (var index = 0; index < count; index++)
        {
            var row = start + reader.UInt16();
            rows.Append(row, row + 1);
        }
    }

    private static void ReadBits(ReadOnlySpan<byte> bits, long start, IRowSink rows)
    {
        for (var word = 0; word < BitmapBytes / 8; word++)
        {
            for (var left = BinaryPrimitives.ReadUInt64LittleEndian(bits[(word * 8)..]); left != 0; left &= left - 1)
            {
                var row = start + (word * 64) + BitOperations.TrailingZeroCount(left);
                rows.Append(row, row + 1);
            }
        }
    }

    private ref struct Cursor(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> left = bytes;

        public readonly bool AtEnd => left.IsEmpty;

        public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

        public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

        public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

        public ReadOnlySpan<byte> Take(int count)
        {
            if (count > left.Length)
                throw new FormatException($"expected {count} more bytes, found {left.Length}");
            var taken = left[..count];
            left = left[count..];
            return taken;
        }
    }
}
