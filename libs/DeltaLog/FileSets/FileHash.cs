using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Tideway.DeltaLog.FileSets;

/// <summary>Hashes of file keys. Seeded anew in each process, so that nobody can write a log of paths that all hash alike.</summary>
internal static class FileHash
{
    private const ulong A = 0x9E3779B97F4A7C15;
    private const ulong B = 0xD6E8FEB86659FD93;
    private const ulong C = 0xA0761D6478BD642F;

    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public static uint Of(ReadOnlySpan<byte> path, ReadOnlySpan<byte> vectorId)
    {
        var hash = Mix(path, Seed);
        if (!vectorId.IsEmpty)
            hash = Mix(vectorId, hash);
        return (uint)(hash ^ (hash >> 32));
    }

    public static uint Of(ReadOnlySpan<byte> bytes) => Of(bytes, default);

    private static ulong Mix(ReadOnlySpan<byte> bytes, ulong hash)
    {
        hash ^= (ulong)bytes.Length * C;
        for (; bytes.Length >= 16; bytes = bytes[16..])
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ A, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ hash);
        if (bytes.Length >= 8)
        {
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ B, hash ^ A);
            bytes = bytes[8..];
        }

        var rest = 0UL;
        foreach (var value in bytes)
            rest = (rest << 8) | value;
        return Fold(rest ^ C, hash ^ B);
    }

    private static ulong Fold(ulong left, ulong right) => Math.BigMul(left, right, out var low) ^ low;
}
