using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>The checksum of a file as its bytes come, in their order, compared at the end with the one that was told.</summary>
internal sealed class RunningChecksum : IDisposable
{
    private readonly ToldChecksum told;
    private readonly IncrementalHash? hash;
    private uint crc = uint.MaxValue;

    public RunningChecksum(ToldChecksum told)
    {
        this.told = told;
        hash = told.Kind switch
        {
            ChecksumKind.Sha256 => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
            ChecksumKind.Md5 => IncrementalHash.CreateHash(HashAlgorithmName.MD5),
            _ => null,
        };
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (hash is not null)
            hash.AppendData(bytes);
        else
            crc = Crc32C(crc, bytes);
    }

    /// <summary>What is wrong with the file; <see langword="null"/> where nothing is. Asked once, after its last byte.</summary>
    public DeltaSharingException? FindFault()
    {
        var value = hash?.GetHashAndReset() ?? BigEndian(~crc);
        if (value.AsSpan().SequenceEqual(told.Value))
            return null;
        return new DeltaSharingException(
            DeltaSharingError.ChecksumMismatch,
            $"{told.Source}: expected the {NameOf(told.Kind)} {Convert.ToHexStringLower(told.Value)}, got {Convert.ToHexStringLower(value)}."
        )
        {
            RequestId = told.RequestId,
        };
    }

    public void Dispose() => hash?.Dispose();

    private static string NameOf(ChecksumKind kind) =>
        kind switch
        {
            ChecksumKind.Sha256 => "SHA-256",
            ChecksumKind.Md5 => "MD5",
            _ => "CRC-32C",
        };

    // The processor does eight bytes at a time, the first of them in the lowest place.
    private static uint Crc32C(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
