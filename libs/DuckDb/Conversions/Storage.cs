using System.Runtime.CompilerServices;

namespace Tideway.DuckDb.Conversions;

/// <summary>Which .NET type has the shape in which a vector stores a DuckDB type.</summary>
internal static class Storage
{
    /// <summary>The type of one element, or null where there is none: text, bytes, structs and arrays.</summary>
    public static Type? ElementOf(DuckDbType type) =>
        type.Kind switch
        {
            DuckDbTypeKind.Boolean => typeof(bool),
            DuckDbTypeKind.TinyInt => typeof(sbyte),
            DuckDbTypeKind.SmallInt => typeof(short),
            DuckDbTypeKind.Integer or DuckDbTypeKind.Date => typeof(int),
            DuckDbTypeKind.BigInt or DuckDbTypeKind.Time or DuckDbTypeKind.TimeNs => typeof(long),
            DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampS or DuckDbTypeKind.TimestampMs or DuckDbTypeKind.TimestampNs => typeof(long),
            DuckDbTypeKind.TimestampTz or DuckDbTypeKind.TimestampTzNs => typeof(long),
            DuckDbTypeKind.UTinyInt => typeof(byte),
            DuckDbTypeKind.USmallInt => typeof(ushort),
            DuckDbTypeKind.UInteger => typeof(uint),
            DuckDbTypeKind.UBigInt => typeof(ulong),
            DuckDbTypeKind.HugeInt or DuckDbTypeKind.Uuid => typeof(Int128),
            DuckDbTypeKind.UHugeInt => typeof(UInt128),
            DuckDbTypeKind.Float => typeof(float),
            DuckDbTypeKind.Double => typeof(double),
            DuckDbTypeKind.Decimal => OfDecimal(type.Width),
            DuckDbTypeKind.Enum => OfEnum(type.EnumNames.Length),
            DuckDbTypeKind.Interval => typeof(DuckDbInterval),
            DuckDbTypeKind.TimeTz => typeof(DuckDbTimeTz),
            DuckDbTypeKind.List or DuckDbTypeKind.Map => typeof(DuckDbListEntry),
            _ => null,
        };

    /// <summary>Whether a vector of the type stores each value as text or bytes.</summary>
    public static bool IsBytes(DuckDbTypeKind kind) =>
        kind is DuckDbTypeKind.Varchar or DuckDbTypeKind.Blob or DuckDbTypeKind.Bit or DuckDbTypeKind.BigNum or DuckDbTypeKind.Geometry;

    /// <exception cref="InvalidOperationException">The vector stores another type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check<T>(DuckDbType type, Type? stored)
    {
        if (typeof(T) != stored)
            Refuse(type, typeof(T), stored);
    }

    private static void Refuse(DuckDbType type, Type wanted, Type? stored) =>
        throw new InvalidOperationException(
            stored is null
                ? $"A {type} has no {wanted.Name} elements; read it by row or by its children."
                : $"A {type} is stored as {stored.Name}, not as {wanted.Name}."
        );

    private static Type OfDecimal(int width) =>
        width switch
        {
            <= 4 => typeof(short),
            <= 9 => typeof(int),
            <= 18 => typeof(long),
            _ => typeof(Int128),
        };

    private static Type OfEnum(int names) =>
        names switch
        {
            <= byte.MaxValue => typeof(byte),
            <= ushort.MaxValue => typeof(ushort),
            _ => typeof(uint),
        };
}
