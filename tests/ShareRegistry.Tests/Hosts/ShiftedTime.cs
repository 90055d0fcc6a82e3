namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>The machine's time, moved forward as far as a test wants; timers run as ever.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long shift;

    public void Advance(TimeSpan by) => Interlocked.Add(ref shift, by.Ticks);

    /// <summary>Waits that last at least so long, but less than a minute, are over at once: as if what they wait for took longer.</summary>
    public TimeSpan Longest { get; set; } = TimeSpan.MaxValue;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < Longest || dueTime >= TimeSpan.FromMinutes(1))
            return base.CreateTimer(callback, state, dueTime, period);
        callback(state);
        return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref shift));
}
