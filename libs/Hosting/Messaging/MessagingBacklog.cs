using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tideway.Hosting.Database;
using Tideway.Hosting.Telemetry;

namespace Tideway.Hosting.Messaging;

/// <summary>Shows how many messages of a service wait in its outbox or are parked.</summary>
internal sealed class MessagingBacklog<TDatabase>(TDatabase database, TimeProvider time, ILogger<MessagingBacklog<TDatabase>> logger) : BackgroundService
    where TDatabase : ServiceDatabase
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var service = new KeyValuePair<string, object?>("service", database.Service);
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    MessagingTelemetry.OutboxLength.Record(await database.QueryFirstOrDefaultAsync<long>(OutboxSql.Count, null, stoppingToken), service);
                    MessagingTelemetry.ParkedNow.Record(await database.QueryFirstOrDefaultAsync<long>(ParkedMessageSql.Count, null, stoppingToken), service);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    MessagingLog.BacklogUnknown(logger, exception, database.Service);
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
