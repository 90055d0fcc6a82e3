using System.Text;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// Reads the compact protocol of Thrift, in which Parquet files describe themselves. What is no such thing is a <see cref="FormatException"/>.
/// See <see href="https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md">Thrift compact protocol</see>.
/// </summary>
internal ref struct CompactThrift(ReadOnlySpan<byte> bytes)
{
    private const int MostNested = 32;

    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>How far it got.</summary>
    public int At { get; private set; }

    /// <summary>Moves to the next field of a struct; false at its end. <paramref name="id"/> is the field before it, 0 at first.</summary>
    public bool NextField(ref int id, out ThriftType type)
    {
        var header = Byte();
        type = (ThriftType)(header & 0x0F);
        if (type == ThriftType.Stop)
            return false;
        var step = header >> 4;
        id = step == 0 ? Int() : id + step;
        return true;
    }

    /// <summary>The head of a list.</summary>
    public (ThriftType Type, int Count) List()
    {
        var header = Byte();
        var count = header >> 4 == 0x0F ? checked((int)VarInt()) : header >> 4;
        // Each item takes a byte at least.
        return count <= bytes.Length - At ? ((ThriftType)(header & 0x0F), count) : throw Cut();
    }

    public int Int() => checked((int)Long());

    public string Text() => Encoding.UTF8.GetString(Take(checked((int)VarInt())));

    /// <summary>Passes over a value.</summary>
    public void Skip(ThriftType type, int depth = 0)
    {
        if (depth > MostNested)
            throw new FormatException("values are nested too deep");
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                return;
            case ThriftType.Byte:
                Take(1);
                return;
            case ThriftType.Short or ThriftType.Int or ThriftType.Long:
                VarInt();
                return;
            case ThriftType.Double:
                Take(sizeof(double));
                return;
            case ThriftType.Text:
                Take(checked((int)VarInt()));
                return;
            case ThriftType.List or ThriftType.Set:
                var (item, count) = List();
                for (var index = 0; index < count; index++)
                    SkipItem(item, depth + 1);
                return;
            case ThriftType.Struct:
                var id = 0;
                while (NextField(ref id, out var field))
                    Skip(field, depth + 1);
                return;
            default:
                throw new FormatException($"the type {(int)type} is not expected");
        }
    }

    // In lists, and only there, a truth value takes a byte.
    private void SkipItem(ThriftType type, int depth) => Skip(type is ThriftType.True or ThriftType.False ? ThriftType.Byte : type, depth);

    private long Long()
    {
        var value = VarInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong VarInt()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new FormatException("a number has too many bytes");
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > bytes.Length - At)
            throw Cut();
        var taken = bytes.Slice(At, count);
        At += count;
        return taken;
    }

    private static FormatException Cut() => new("it ends too early");
}

/// <summary>Kinds of values in the compact protocol.</summary>
internal enum ThriftType
{
    Stop = 0,
    True = 1,
    False = 2,
    Byte = 3,
    Short = 4,
    Int = 5,
    Long = 6,
    Double = 7,
    Text = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12,
}
