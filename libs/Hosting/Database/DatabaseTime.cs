namespace Tideway.Hosting.Database;

/// <summary>Times as the databases keep them: UTC microseconds since 1970.</summary>
public static class DatabaseTime
{
    /// <summary>Microseconds since 1970 in UTC.</summary>
    public static long ToMicroseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time <paramref name="microseconds"/> after 1970 in UTC.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
