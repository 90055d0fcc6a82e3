using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>Forgets messages that were handled so long ago that they will not come again.</summary>
internal sealed class InboxCleaner<TDatabase>(TDatabase database, IOptions<BusOptions> options, TimeProvider time, ILogger<InboxCleaner<TDatabase>> logger)
    : BackgroundService
    where TDatabase : ServiceDatabase
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        do
        {
            try
            {
                await using var transaction = await database.BeginAsync(stoppingToken);
                await transaction.ExecuteAsync(InboxSql.Forget, new { before = time.GetUtcNow() - options.Value.InboxRetention }, stoppingToken);
                await transaction.CommitAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                MessagingLog.InboxCleaningFailed(logger, exception, database.Service);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
