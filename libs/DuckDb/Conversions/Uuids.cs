using System.Buffers.Binary;

namespace Tideway.DuckDb.Conversions;

/// <summary>A vector stores a UUID as a signed number whose highest bit is flipped, so that numbers sort as the text does.</summary>
internal static class Uuids
{
    private static readonly UInt128 HighestBit = UInt128.One << 127;

    public static UInt128 Number(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public static Int128 Stored(Guid uuid) => (Int128)(Number(uuid) ^ HighestBit);

    public static Guid FromStored(Int128 stored)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, (UInt128)stored ^ HighestBit);
        return new Guid(bytes, bigEndian: true);
    }
}
