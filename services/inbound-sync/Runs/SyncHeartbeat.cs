namespace Tideway.InboundSync.Runs;

/// <summary>
/// Keeps the lease of a sync and shows progress while its run lasts. A lease that is lost, or that could not be renewed before it ended, stops the run:
/// another process may have the sync.
/// </summary>
internal sealed class SyncHeartbeat : IAsyncDisposable
{
    private readonly SyncQueue queue;
    private readonly SyncRecorder recorder;
    private readonly SyncLease held;
    private readonly TimeSpan lease;
    private readonly RunProgress progress;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop;
    private readonly Task beating;
    private volatile SyncRun? run;

    public SyncHeartbeat(
        SyncQueue queue,
        SyncRecorder recorder,
        SyncLease held,
        TimeSpan lease,
        RunProgress progress,
        TimeProvider time,
        ILogger logger,
        CancellationToken stoppingToken
    )
    {
        this.queue = queue;
        this.recorder = recorder;
        this.held = held;
        this.lease = lease;
        this.progress = progress;
        this.time = time;
        this.logger = logger;
        stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Token = stop.Token;
        beating = BeatAsync();
    }

    /// <summary>Ends when the run must.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether the sync is with another now.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The run whose progress is shown.</summary>
    public void Show(SyncRun begun) => run = begun;

    /// <summary>The sync is with another: the run must end.</summary>
    public async Task LoseAsync()
    {
        IsLost = true;
        Log.LeaseLost(logger, held.SyncId);
        await stop.CancelAsync();
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await beating;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task BeatAsync()
    {
        var renewedAt = time.GetTimestamp();
        var shown = (0L, 0L, 0L);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await NextAsync(timer))
        {
            try
            {
                var state = (progress.BytesDone, progress.FilesDone, progress.FilesTotal);
                if (run is { } current && state != shown)
                {
                    await recorder.ProgressAsync(current, progress, Token);
                    shown = state;
                }

                if (time.GetElapsedTime(renewedAt) < lease / 3)
                    continue;
                var asked = time.GetTimestamp();
                if (!await queue.RenewAsync(held, Token))
                    await LoseAsync();
                renewedAt = asked;
            }
            catch (Exception exception) when (!Token.IsCancellationRequested)
            {
                Log.HeartbeatFailed(logger, exception, held.SyncId);
                if (time.GetElapsedTime(renewedAt) >= lease)
                    await LoseAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
