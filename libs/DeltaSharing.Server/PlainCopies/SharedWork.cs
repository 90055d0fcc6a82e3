namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>Work that several callers wait for, each as long as it likes. It goes on without them; a failure that none of them is told of is told to somebody else.</summary>
internal sealed class SharedWork
{
    private readonly Lock gate = new();
    private readonly Task work;
    private readonly Action<Exception> tellOther;
    private int waiting;
    private bool hasBeenWaitedFor;
    private bool isTold;

    /// <param name="work">The work.</param>
    /// <param name="tellOther">Gets the failure of the work after every caller had gone.</param>
    public SharedWork(Task work, Action<Exception> tellOther)
    {
        this.work = work;
        this.tellOther = tellOther;
        _ = work.ContinueWith(_ => TellWhereNobodyWaits(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>Waits for the end of the work, and fails as it does.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            waiting++;
            hasBeenWaitedFor = true;
        }

        try
        {
            await work.WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            lock (gate)
                isTold = true;
            throw;
        }
        finally
        {
            lock (gate)
                waiting--;
            TellWhereNobodyWaits();
        }
    }

    private void TellWhereNobodyWaits()
    {
        lock (gate)
        {
            // Whoever began the work may not have come to wait for it yet.
            if (!hasBeenWaitedFor || waiting > 0 || isTold || !work.IsFaulted)
                return;
            isTold = true;
        }

        tellOther(work.Exception!.InnerException!);
    }
}
