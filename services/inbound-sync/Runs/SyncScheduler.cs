using Microsoft.Extensions.Options;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>Runs what is due, several syncs at a time, each kept alive by a heartbeat.</summary>
public sealed class SyncScheduler(SyncQueue queue, InboundSyncDatabase database, IServiceScopeFactory scopes, IOptions<SyncOptions> options, TimeProvider time, ILogger<SyncScheduler> logger)
    : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var slots = new SemaphoreSlim(options.Value.Concurrency);
        var running = new HashSet<Task>();
        try
        {
            await RecoverAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    running.RemoveWhere(task => task.IsCompleted);
                    var free = options.Value.Concurrency - running.Count;
                    foreach (var syncId in free > 0 ? await queue.ClaimAsync(free, stoppingToken) : [])
                        running.Add(RunAsync(syncId, stoppingToken));
                    await queue.WaitAsync(stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.SchedulerFailed(logger, exception);
                    await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: runs end at the next safe point, and what they left is taken up at the next start.
        }

        await Task.WhenAll(running);
    }

    /// <summary>With SQLite this is the only process, so whatever was held by another belongs to one that ended.</summary>
    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        if (database.Engine != Hosting.Database.DatabaseEngine.Sqlite)
            return;
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(SyncSql.ReleaseAll, null, cancellationToken);
        await transaction.ExecuteAsync(SyncRunSql.InterruptAll, new { now = time.GetUtcNow(), reason = "The process ended during the run." }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task RunAsync(Guid syncId, CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<SyncRunner>().RunAsync(syncId, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.RunStopped(logger, syncId);
        }
        catch (Exception exception)
        {
            // The lease ends by itself and the sync is tried again then.
            Log.RunCrashed(logger, exception, syncId);
        }
        finally
        {
            queue.Wake();
        }
    }
}
