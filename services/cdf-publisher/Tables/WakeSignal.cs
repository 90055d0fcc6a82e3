namespace Tideway.CdfPublisher.Tables;

/// <summary>Wakes a loop that waits for time to pass. Signals that come while it works are kept, once.</summary>
internal class WakeSignal
{
    private readonly Lock gate = new();
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set()
    {
        lock (gate)
            next.TrySetResult();
    }

    /// <summary>Waits until the signal is set or <paramref name="longest"/> passed; the signal is then unset.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        Task waiting;
        lock (gate)
            waiting = next.Task;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(waiting, Task.Delay(longest, time, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (next.Task.IsCompleted)
                next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
