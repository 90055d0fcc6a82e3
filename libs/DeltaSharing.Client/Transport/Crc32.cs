using System.Buffers.Binary;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>The checksum of gzip (RFC 1952, section 8), eight bytes at a time: one by one it would take as long as unpacking does.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Width = 8;

    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of what <paramref name="before"/> is that of, with <paramref name="bytes"/> after it.</summary>
    public static uint Append(uint before, ReadOnlySpan<byte> bytes)
    {
        var crc = ~before;
        for (; bytes.Length >= Width; bytes = bytes[Width..])
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = At(7, low) ^ At(6, low >> 8) ^ At(5, low >> 16) ^ At(4, low >> 24) ^ At(3, high) ^ At(2, high >> 8) ^ At(1, high >> 16) ^ At(0, high >> 24);
        }

        foreach (var value in bytes)
            crc = (crc >> 8) ^ At(0, crc ^ value);
        return ~crc;
    }

    private static uint At(int table, uint index) => Tables[(table << 8) | (int)(index & 0xff)];

    // The first is that of one byte; each further one is that of a byte with one more zero after it.
    private static uint[] MakeTables()
    {
        var tables = new uint[Width << 8];
        for (uint index = 0; index < 256; index++)
        {
            var entry = index;
            for (var bit = 0; bit < 8; bit++)
                entry = (entry >> 1) ^ (Polynomial & (0 - (entry & 1)));
            tables[index] = entry;
        }

        for (var index = 256; index < tables.Length; index++)
            tables[index] = (tables[index - 256] >> 8) ^ tables[tables[index - 256] & 0xff];
        return tables;
    }
}
