using System.Buffers.Binary;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// What a Parquet file says of its columns, at its end. What is none is a <see cref="FormatException"/>.
/// See <see href="https://github.com/apache/parquet-format#file-format">File Format</see>.
/// </summary>
internal static class ParquetFooter
{
    private const int TailBytes = 16 * 1024;
    private const int EndBytes = 8;
    private const int MostNested = 200;
    private const int ByteArray = 6;
    private const int FixedByteArray = 7;
    private const int Repeated = 2;

    /// <summary>The bytes that describe a file's columns: alike in files whose columns are.</summary>
    public static byte[] ReadSchema(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var tail = new byte[(int)Math.Min(length, TailBytes)];
        Fill(file, tail, length - tail.Length);
        if (tail.Length < EndBytes || !tail.AsSpan(tail.Length - 4).SequenceEqual("PAR1"u8))
            throw new FormatException("expected a Parquet file, which ends with PAR1");
        var footer = BinaryPrimitives.ReadInt32LittleEndian(tail.AsSpan(tail.Length - EndBytes));
        if (footer < 0 || footer > length - EndBytes)
            throw new FormatException($"a footer of {footer} bytes does not fit into a file of {length}");
        if (footer <= tail.Length - EndBytes)
            return Schema(tail.AsSpan(tail.Length - EndBytes - footer, footer)).ToArray();
        // Columns come first in the footer; what follows can be far longer.
        var whole = new byte[footer];
        Fill(file, whole, length - EndBytes - footer);
        return Schema(whole).ToArray();
    }

    /// <summary>The columns, below a root, out of what <see cref="ReadSchema"/> gave.</summary>
    public static ParquetNode Parse(ReadOnlySpan<byte> schema)
    {
        var reader = new CompactThrift(schema);
        var (_, count) = reader.List();
        var root = Node(ref reader, ref count, 0);
        return count == 0 ? root : throw new FormatException("columns are left over after the last one");
    }

    private static void Fill(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> buffer, long offset)
    {
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
                throw new FormatException("the file became shorter while it was read");
            buffer = buffer[read..];
            offset += read;
        }
    }

    // The second member of the footer.
    private static ReadOnlySpan<byte> Schema(ReadOnlySpan<byte> footer)
    {
        var reader = new CompactThrift(footer);
        var id = 0;
        while (reader.NextField(ref id, out var type))
        {
            var start = reader.At;
            reader.Skip(type);
            if (id == 2 && type == ThriftType.List)
                return footer[start..reader.At];
        }

        throw new FormatException("its footer names no columns");
    }

    private static ParquetNode Node(ref CompactThrift reader, ref int left, int depth)
    {
        if (--left < 0 || depth > MostNested)
            throw new FormatException("its columns are nested in an impossible way");
        var element = Element.Read(ref reader);
        if (element.Children < 0 || element.Children > left)
            throw new FormatException($"'{element.Name}' cannot have {element.Children} columns");
        var children = new ParquetNode[element.Children];
        for (var index = 0; index < children.Length; index++)
            children[index] = Node(ref reader, ref left, depth + 1);
        return new ParquetNode(element.Name, element.FieldId, element.Repetition == Repeated, element.Bytes, children);
    }

    private readonly record struct Element(string Name, int Repetition, int Children, int? FieldId, ByteMeaning Bytes)
    {
        // Old converted types and newer logical ones that are texts: UTF8 or STRING, ENUM, JSON.
        private static readonly int[] TextConverted = [0, 4, 19];
        private static readonly int[] TextLogical = [1, 4, 12];

        public static Element Read(ref CompactThrift reader)
        {
            var (id, name) = (0, "");
            var (repetition, children) = (0, 0);
            int? physical = null,
                converted = null,
                logical = null,
                fieldId = null;
            while (reader.NextField(ref id, out var type))
            {
                switch (id, type)
                {
                    case (1, ThriftType.Int):
                        physical = reader.Int();
                        break;
                    case (3, ThriftType.Int):
                        repetition = reader.Int();
                        break;
                    case (4, ThriftType.Text):
                        name = reader.Text();
                        break;
                    case (5, ThriftType.Int):
                        children = reader.Int();
                        break;
                    case (6, ThriftType.Int):
                        converted = reader.Int();
                        break;
                    case (9, ThriftType.Int):
                        fieldId = reader.Int();
                        break;
                    case (10, ThriftType.Struct):
                        logical = Union(ref reader);
                        break;
                    default:
                        reader.Skip(type);
                        break;
                }
            }

            return new Element(name, repetition, children, fieldId, Meaning(physical, converted, logical));
        }

        // Which of its members a union has.
        private static int? Union(ref CompactThrift reader)
        {
            int? member = null;
            var id = 0;
            while (reader.NextField(ref id, out var type))
            {
                member = id;
                reader.Skip(type);
            }

            return member;
        }

        private static ByteMeaning Meaning(int? physical, int? converted, int? logical) =>
            physical is not (ByteArray or FixedByteArray) ? ByteMeaning.Other
            : converted is null && logical is null ? ByteMeaning.Unmarked
            : (converted is { } old && TextConverted.Contains(old)) || (logical is { } kind && TextLogical.Contains(kind)) ? ByteMeaning.Text
            : ByteMeaning.Other;
    }
}
