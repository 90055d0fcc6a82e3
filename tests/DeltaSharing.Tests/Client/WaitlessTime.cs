using System.Collections.Concurrent;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Time in which waits of up to ten seconds are over at once, and written down. Longer timers, such as timeouts, run as usual.</summary>
internal sealed class WaitlessTime : TimeProvider
{
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan || dueTime > TimeSpan.FromSeconds(10))
            return base.CreateTimer(callback, state, dueTime, period);
        Waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
