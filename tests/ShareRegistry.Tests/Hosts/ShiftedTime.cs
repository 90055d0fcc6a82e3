namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>The machine's time, moved forward as far as a test wants; timers run as ever.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long shift;

    public void Advance(TimeSpan by) => Interlocked.Add(ref shift, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref shift));
}
