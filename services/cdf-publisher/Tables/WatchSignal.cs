namespace Tideway.CdfPublisher.Tables;

/// <summary>Tells the watcher that the tables to watch may have changed.</summary>
internal sealed class WatchSignal : WakeSignal
{
    private int changed = 1;

    public void SharesChanged()
    {
        Interlocked.Exchange(ref changed, 1);
        Set();
    }

    /// <summary>Whether that happened since the last call.</summary>
    public bool TakeSharesChanged() => Interlocked.Exchange(ref changed, 0) == 1;
}
