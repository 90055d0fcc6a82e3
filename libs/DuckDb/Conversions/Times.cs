namespace Tideway.DuckDb.Conversions;

/// <summary>Dates and times. DuckDB counts from 1970-01-01 and reaches far beyond .NET's years 1 to 9999.</summary>
internal static class Times
{
    private const long TicksPerMicro = TimeSpan.TicksPerMicrosecond;
    private const long NanosPerTick = 100;
    private const long MicrosPerMilli = 1_000;
    private const long MicrosPerSecond = 1_000_000;
    private static readonly int EpochDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    private static readonly long EpochTicks = DateTime.UnixEpoch.Ticks;

    public static int Days(DateOnly date) => date.DayNumber - EpochDay;

    public static DateOnly Date(int days)
    {
        var number = (long)days + EpochDay;
        return number >= DateOnly.MinValue.DayNumber && number <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)number)
            : throw Beyond("date", days, "days");
    }

    public static long Micros(TimeOnly time) => time.Ticks / TicksPerMicro;

    public static TimeOnly TimeOfMicros(long micros) =>
        micros is >= 0 and <= long.MaxValue / TicksPerMicro
            ? Time(micros * TicksPerMicro, micros, "microseconds")
            : throw Beyond("time", micros, "microseconds");

    public static TimeOnly TimeOfNanos(long nanos) => Time(nanos / NanosPerTick, nanos, "nanoseconds");

    /// <summary>Fractions of a microsecond are cut off, downwards.</summary>
    public static long Micros(DateTime time) =>
        time.Kind == DateTimeKind.Local
            ? throw new ArgumentException("A DateTime of kind Local depends on the machine; pass UTC, Unspecified or a DateTimeOffset.", nameof(time))
            : FloorDivide(time.Ticks - EpochTicks, TicksPerMicro);

    /// <summary>Fractions of a microsecond are cut off, downwards.</summary>
    public static long Micros(DateTimeOffset time) => FloorDivide(time.UtcTicks - EpochTicks, TicksPerMicro);

    public static DuckDbInterval Interval(TimeSpan span) => new(0, 0, FloorDivide(span.Ticks, TicksPerMicro));

    public static DateTime Timestamp(DuckDbTypeKind kind, long value) => new(Ticks(kind, value), DateTimeKind.Unspecified);

    public static DateTimeOffset TimestampTz(DuckDbTypeKind kind, long value) => new(Ticks(kind, value), TimeSpan.Zero);

    private static long Ticks(DuckDbTypeKind kind, long value)
    {
        var ticks =
            kind switch
            {
                DuckDbTypeKind.TimestampS => (Int128)value * MicrosPerSecond * TicksPerMicro,
                DuckDbTypeKind.TimestampMs => (Int128)value * MicrosPerMilli * TicksPerMicro,
                DuckDbTypeKind.TimestampNs or DuckDbTypeKind.TimestampTzNs => FloorDivide(value, NanosPerTick),
                _ => (Int128)value * TicksPerMicro,
            } + EpochTicks;
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? (long)ticks : throw Beyond("timestamp", value, kind.ToString());
    }

    private static TimeOnly Time(long ticks, long value, string unit) =>
        ticks >= 0 && ticks <= TimeOnly.MaxValue.Ticks ? new TimeOnly(ticks) : throw Beyond("time", value, unit);

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);

    private static DuckDbException Beyond(string what, long value, string unit) =>
        new(DuckDbError.OutOfRange, $"The {what} {value} ({unit}) lies outside of what .NET holds; read the raw number.");
}
