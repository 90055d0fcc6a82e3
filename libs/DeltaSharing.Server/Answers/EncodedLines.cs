using System.Buffers.Binary;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// An answer encoded up to its last line of a file, at a place where both encodings let plain bytes follow. What is added then, the last line, is put there as
/// it is. So the whole is one gzip member or one zstd frame: several of them one after the other are allowed too, but some readers stop after the first.
/// See <see href="https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4">RFC 1951, non-compressed blocks</see> and
/// <see href="https://www.rfc-editor.org/rfc/rfc8878#name-blocks">RFC 8878, raw blocks</see>.
/// </summary>
/// <param name="Coding">How it is encoded.</param>
/// <param name="Head">Its first lines, which are encoded with the others.</param>
/// <param name="Bytes">What has become of it.</param>
/// <param name="Checksum">CRC-32 of what it was; gzip only.</param>
/// <param name="Length">The length of what it was, modulo 2^32; gzip only.</param>
internal sealed record EncodedLines(ContentCoding Coding, byte[] Head, byte[] Bytes, uint Checksum, uint Length)
{
    private const int MostStored = ushort.MaxValue;
    private const int MostRaw = 128 * 1024;

    /// <summary>Bytes held in memory.</summary>
    public long HeldBytes => Head.Length + Bytes.Length;

    /// <summary>What has to follow so that the answer ends with <paramref name="tail"/>.</summary>
    public byte[] Close(ReadOnlySpan<byte> tail)
    {
        using var end = new MemoryStream(tail.Length + 32);
        if (Coding == ContentCoding.Gzip)
            CloseGzip(end, tail);
        else
            CloseZstd(end, tail);
        return end.ToArray();
    }

    private void CloseGzip(MemoryStream end, ReadOnlySpan<byte> tail)
    {
        Span<byte> numbers = stackalloc byte[8];
        var rest = tail;
        do
        {
            var part = rest[..Math.Min(rest.Length, MostStored)];
            rest = rest[part.Length..];
            end.WriteByte(rest.IsEmpty ? (byte)1 : (byte)0);
            BinaryPrimitives.WriteUInt16LittleEndian(numbers, (ushort)part.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(numbers[2..], (ushort)~part.Length);
            end.Write(numbers[..4]);
            end.Write(part);
        } while (!rest.IsEmpty);

        BinaryPrimitives.WriteUInt32LittleEndian(numbers, Crc32.Append(Checksum, tail));
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[4..], Length + (uint)tail.Length);
        end.Write(numbers);
    }

    private static void CloseZstd(MemoryStream end, ReadOnlySpan<byte> rest)
    {
        Span<byte> numbers = stackalloc byte[4];
        do
        {
            var part = rest[..Math.Min(rest.Length, MostRaw)];
            rest = rest[part.Length..];
            BinaryPrimitives.WriteInt32LittleEndian(numbers, (part.Length << 3) | (rest.IsEmpty ? 1 : 0));
            end.Write(numbers[..3]);
            end.Write(part);
        } while (!rest.IsEmpty);
    }
}
