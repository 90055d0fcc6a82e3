using System.Runtime.InteropServices;

namespace Tideway.DuckDb.Native;

internal enum NativeState
{
    Success = 0,
    Error = 1,
}

internal enum NativeResultKind
{
    Invalid = 0,
    ChangedRows = 1,
    Nothing = 2,
    Rows = 3,
}

/// <summary>duckdb_result; only the last field means anything to a caller of today's functions.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    public ulong ColumnCount;
    public ulong RowCount;
    public ulong RowsChanged;
    public nint Columns;
    public nint ErrorMessage;
    public nint Data;
}

[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeHugeint(ulong lower, long upper)
{
    public readonly ulong Lower = lower;
    public readonly long Upper = upper;

    public static NativeHugeint From(Int128 value) => new((ulong)value, (long)(value >> 64));
}

[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeUhugeint(ulong lower, ulong upper)
{
    public readonly ulong Lower = lower;
    public readonly ulong Upper = upper;

    public static NativeUhugeint From(UInt128 value) => new((ulong)value, (ulong)(value >> 64));
}

[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeDecimal(byte width, byte scale, NativeHugeint value)
{
    public readonly byte Width = width;
    public readonly byte Scale = scale;
    public readonly NativeHugeint Value = value;
}

[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeProgress
{
    public readonly double Percentage;
    public readonly ulong RowsProcessed;
    public readonly ulong TotalRows;
}

/// <summary>duckdb_string_t: twelve bytes in place, or four bytes of prefix and a pointer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeStringView
{
    private const uint InlineLimit = 12;

    private uint length;
    private fixed byte prefix[4];
    private byte* pointer;

    /// <summary>Must be called on the element in the vector, not on a copy: short strings live inside the element.</summary>
    public static ReadOnlySpan<byte> Bytes(NativeStringView* element) =>
        element->length <= InlineLimit
            ? new ReadOnlySpan<byte>(element->prefix, (int)element->length)
            : new ReadOnlySpan<byte>(element->pointer, checked((int)element->length));
}
