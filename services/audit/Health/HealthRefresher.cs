namespace Tideway.Audit.Health;

/// <summary>Keeps the figures near the end of the record, so that nobody who asks for them waits for a long read.</summary>
internal sealed class HealthRefresher(HealthProjection projection, TimeProvider time, ILogger<HealthRefresher> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await projection.CatchUpAsync(stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.HealthNotRefreshed(logger, exception);
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
