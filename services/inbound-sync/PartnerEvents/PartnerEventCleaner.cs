using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.PartnerEvents;

/// <summary>Forgets notices that were handled so long ago that nobody sends them again.</summary>
public sealed class PartnerEventCleaner(InboundSyncDatabase database, TimeProvider time, ILogger<PartnerEventCleaner> logger) : BackgroundService
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                await ForgetAsync(stoppingToken);
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            await transaction.ExecuteAsync(PartnerSubscriptionSql.Forget, new { before = time.GetUtcNow() - Kept }, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ForgettingFailed(logger, exception);
        }
    }
}
