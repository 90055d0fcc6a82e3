using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.Syncs;

/// <summary>Reads from time to time how fresh the local tables are, for the figures. Every process shows the same, so take the greatest of each sync.</summary>
public sealed class FreshnessWatch(InboundSyncDatabase database, TimeProvider time, ILogger<FreshnessWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var syncs = await database.QueryAsync<Sync>(SyncSql.Freshness, null, cancellationToken);
            var now = time.GetUtcNow();
            Telemetry.LagsAre([.. syncs.Select(sync => (sync.Name, sync.ProviderName, (now - (sync.SyncedAt ?? sync.CreatedAt)).TotalSeconds))]);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.FreshnessUnknown(logger, exception);
        }
    }
}
