using System.Runtime.InteropServices;

namespace Tideway.DuckDb;

/// <summary>A span of calendar time: months, days and microseconds, which do not convert into each other.</summary>
/// <param name="Months">Whole months.</param>
/// <param name="Days">Whole days.</param>
/// <param name="Micros">Microseconds.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDbInterval(int Months, int Days, long Micros);

/// <summary>Where the elements of one row of a LIST or MAP are in the child vector.</summary>
/// <param name="Offset">The first element.</param>
/// <param name="Length">How many there are.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDbListEntry(ulong Offset, ulong Length);

/// <summary>A time of day with its distance from UTC, as the vector stores it.</summary>
/// <param name="Bits">40 bits of microseconds, 24 bits of offset.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDbTimeTz(ulong Bits)
{
    private const int OffsetBits = 24;
    private const int LargestOffsetSeconds = (16 * 60 * 60) - 1;

    /// <summary>Microseconds since midnight, local time; 86,400,000,000 is 24:00.</summary>
    public long Micros => (long)(Bits >> OffsetBits);

    /// <summary>Seconds east of UTC.</summary>
    public int OffsetSeconds => LargestOffsetSeconds - (int)(Bits & ((1UL << OffsetBits) - 1));
}

/// <summary>How far a query is.</summary>
/// <param name="Percentage">0 to 100.</param>
/// <param name="RowsProcessed">Rows done so far.</param>
/// <param name="TotalRows">Rows to do in all, an estimate; 0 while there is none.</param>
public readonly record struct DuckDbProgress(double Percentage, ulong RowsProcessed, ulong TotalRows);
