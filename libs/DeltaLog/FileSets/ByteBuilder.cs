using System.Buffers.Binary;
using System.Text;

namespace Tideway.DeltaLog.FileSets;

/// <summary>Bytes that grow. The array is the caller's to keep once it is done.</summary>
internal sealed class ByteBuilder(int capacity = 256)
{
    private byte[] bytes = GC.AllocateUninitializedArray<byte>(capacity);

    public int Length { get; private set; }

    public int Capacity => bytes.Length;

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Room for that many bytes at the end; <see cref="Advance"/> keeps what was written into it.</summary>
    public Span<byte> Reserve(int count)
    {
        if (bytes.Length - Length < count)
            GrowTo(checked((int)Math.Min(Array.MaxLength, Math.Max(2L * bytes.Length, (long)Length + count))));
        return bytes.AsSpan(Length);
    }

    /// <summary>Room for that many bytes in all, and no more.</summary>
    public void GrowTo(int capacity)
    {
        if (capacity <= bytes.Length)
            return;
        var grown = GC.AllocateUninitializedArray<byte>(capacity);
        Written.CopyTo(grown);
        bytes = grown;
    }

    public void Advance(int count) => Length += count;

    public void Append(ReadOnlySpan<byte> added)
    {
        added.CopyTo(Reserve(added.Length));
        Length += added.Length;
    }

    public void Append(byte added)
    {
        Reserve(1)[0] = added;
        Length++;
    }

    public void Append(string text) => Length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));

    public void AppendInt(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);
        Length += sizeof(int);
    }

    public void AppendLong(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);
        Length += sizeof(long);
    }

    /// <summary>A length in as few bytes as it needs, seven bits in each.</summary>
    public void AppendLength(int value)
    {
        for (var rest = (uint)value; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                Append((byte)rest);
                return;
            }

            Append((byte)(rest | 0x80));
        }
    }

    public void AppendText(ReadOnlySpan<byte> text)
    {
        AppendLength(text.Length);
        Append(text);
    }

    public void AppendText(string text)
    {
        AppendLength(Encoding.UTF8.GetByteCount(text));
        Append(text);
    }

    /// <summary>An array of exactly the bytes; the builder's own where little of it is unused.</summary>
    public byte[] ToArray() => bytes.Length - Length <= bytes.Length / 16 ? bytes : bytes.AsSpan(0, Length).ToArray();
}
