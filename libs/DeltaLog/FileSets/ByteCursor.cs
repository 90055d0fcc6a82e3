using System.Buffers.Binary;
using System.Text;

namespace Tideway.DeltaLog.FileSets;

/// <summary>Takes apart what a <see cref="ByteBuilder"/> has put together.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    public int Position { get; private set; }

    public byte TakeByte() => bytes[Position++];

    public int TakeInt()
    {
        Position += sizeof(int);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes[(Position - sizeof(int))..]);
    }

    public long TakeLong()
    {
        Position += sizeof(long);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes[(Position - sizeof(long))..]);
    }

    public int TakeLength()
    {
        var value = 0u;
        for (var shift = 0; ; shift += 7)
        {
            var part = TakeByte();
            value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80)
                return (int)value;
        }
    }

    public ReadOnlySpan<byte> TakeBytes(int length)
    {
        Position += length;
        return bytes.Slice(Position - length, length);
    }

    public ReadOnlySpan<byte> TakeText() => TakeBytes(TakeLength());

    public string TakeString() => Encoding.UTF8.GetString(TakeText());
}
