using System.Numerics;

namespace Tideway.DuckDb.Conversions;

/// <summary>Values as objects. The row has been checked and is not NULL.</summary>
internal static class BoxedValues
{
    public static object? Read(DuckDbVector vector, int row) =>
        vector.Type.Kind switch
        {
            DuckDbTypeKind.Boolean => vector.Read<bool>(row),
            DuckDbTypeKind.TinyInt => vector.Read<sbyte>(row),
            DuckDbTypeKind.SmallInt => vector.Read<short>(row),
            DuckDbTypeKind.Integer => vector.Read<int>(row),
            DuckDbTypeKind.BigInt => vector.Read<long>(row),
            DuckDbTypeKind.UTinyInt => vector.Read<byte>(row),
            DuckDbTypeKind.USmallInt => vector.Read<ushort>(row),
            DuckDbTypeKind.UInteger => vector.Read<uint>(row),
            DuckDbTypeKind.UBigInt => vector.Read<ulong>(row),
            DuckDbTypeKind.HugeInt => vector.Read<Int128>(row),
            DuckDbTypeKind.UHugeInt => vector.Read<UInt128>(row),
            DuckDbTypeKind.Float => vector.Read<float>(row),
            DuckDbTypeKind.Double => vector.Read<double>(row),
            DuckDbTypeKind.Decimal => vector.Decimal(row),
            DuckDbTypeKind.Varchar or DuckDbTypeKind.Enum => vector.String(row),
            DuckDbTypeKind.Blob or DuckDbTypeKind.Geometry => vector.Utf8(row).ToArray(),
            DuckDbTypeKind.Bit => Bits(vector.Utf8(row)),
            DuckDbTypeKind.BigNum => Number(vector.Utf8(row)),
            DuckDbTypeKind.Date => vector.Date(row),
            DuckDbTypeKind.Time or DuckDbTypeKind.TimeNs => vector.Time(row),
            DuckDbTypeKind.TimeTz => vector.Read<DuckDbTimeTz>(row),
            DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampS or DuckDbTypeKind.TimestampMs or DuckDbTypeKind.TimestampNs => vector.Timestamp(row),
            DuckDbTypeKind.TimestampTz or DuckDbTypeKind.TimestampTzNs => vector.TimestampTz(row),
            DuckDbTypeKind.Interval => vector.Read<DuckDbInterval>(row),
            DuckDbTypeKind.Uuid => vector.Uuid(row),
            DuckDbTypeKind.List or DuckDbTypeKind.Array => Elements(vector, row),
            DuckDbTypeKind.Map => Entries(vector, row),
            DuckDbTypeKind.Struct => Fields(vector, row),
            DuckDbTypeKind.Union => vector.Child(vector.Child().Read<byte>(row) + 1).Value(row),
            _ => throw new DuckDbException(DuckDbError.NotImplemented, $"A {vector.Type} has no .NET counterpart; cast it in SQL."),
        };

    private static List<object?> Elements(DuckDbVector vector, int row)
    {
        var (offset, length) = vector.Entry(row);
        var child = vector.Child();
        var elements = new List<object?>(length);
        for (var i = 0; i < length; i++)
            elements.Add(child.Value(offset + i));
        return elements;
    }

    private static Dictionary<object, object?> Entries(DuckDbVector vector, int row)
    {
        var (offset, length) = vector.Entry(row);
        var (keys, values) = (vector.Child().Child(0), vector.Child().Child(1));
        var entries = new Dictionary<object, object?>(length);
        for (var i = offset; i < offset + length; i++)
            entries.Add(keys.Value(i)!, values.Value(i));
        return entries;
    }

    private static Dictionary<string, object?> Fields(DuckDbVector vector, int row)
    {
        var names = vector.Type.Fields;
        var fields = new Dictionary<string, object?>(names.Length);
        for (var i = 0; i < names.Length; i++)
            fields.Add(names[i].Name.Length == 0 ? $"{i}" : names[i].Name, vector.Child(i).Value(row));
        return fields;
    }

    /// <summary>The first byte says how many of the highest bits of the second are padding.</summary>
    private static string Bits(ReadOnlySpan<byte> stored)
    {
        var padding = stored[0];
        var bits = new char[((stored.Length - 1) * 8) - padding];
        for (var i = 0; i < bits.Length; i++)
        {
            var position = i + padding;
            bits[i] = (stored[1 + (position >> 3)] & (0x80 >> (position & 7))) != 0 ? '1' : '0';
        }

        return new string(bits);
    }

    /// <summary>Three bytes of header, its highest bit set when positive, then the magnitude; all inverted when negative.</summary>
    private static BigInteger Number(ReadOnlySpan<byte> stored)
    {
        const int headerLength = 3;
        var magnitude = stored[headerLength..].ToArray();
        if ((stored[0] & 0x80) != 0)
            return new BigInteger(magnitude, isUnsigned: true, isBigEndian: true);
        for (var i = 0; i < magnitude.Length; i++)
            magnitude[i] = (byte)~magnitude[i];
        return -new BigInteger(magnitude, isUnsigned: true, isBigEndian: true);
    }
}
