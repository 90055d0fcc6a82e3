using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>Runs what is due, several syncs at a time, each kept alive by a heartbeat.</summary>
public sealed class SyncScheduler(
    SyncQueue queue,
    StagingArea staging,
    InboundSyncDatabase database,
    IServiceScopeFactory scopes,
    IOptions<SyncOptions> options,
    TimeProvider time,
    ILogger<SyncScheduler> logger
) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new HashSet<Task>();
        try
        {
            Log.StagedAt(logger, staging.Folder);
            await RecoverAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    running.RemoveWhere(task => task.IsCompleted);
                    var free = options.Value.Concurrency - running.Count;
                    if (free == 0)
                    {
                        await Task.WhenAny(running);
                        continue;
                    }

                    foreach (var lease in await queue.ClaimAsync(free, stoppingToken))
                        running.Add(RunAsync(lease, stoppingToken));
                    if (running.Count < options.Value.Concurrency)
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
        if (database.Engine != DatabaseEngine.Sqlite)
            return;
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(SyncSql.ReleaseAll, null, cancellationToken);
        await transaction.ExecuteAsync(SyncRunSql.InterruptAll, new { now = time.GetUtcNow(), reason = SyncRecorder.Interrupted }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task RunAsync(SyncLease lease, CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<SyncRunner>().RunAsync(lease, stoppingToken);
        }
        catch (Exception exception) when (stoppingToken.IsCancellationRequested)
        {
            if (exception is not OperationCanceledException)
                Log.RunCrashed(logger, exception, lease.SyncId);
            await ReleaseAsync(lease);
        }
        catch (Exception exception)
        {
            // The lease ends by itself and the sync is tried again then.
            Log.RunCrashed(logger, exception, lease.SyncId);
        }
        finally
        {
            queue.Wake();
        }
    }

    /// <summary>Gives a sync back at the end of the process, so that another does not wait for the lease to end.</summary>
    private async Task ReleaseAsync(SyncLease lease)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
            await queue.ReleaseAsync(lease, patience.Token);
            Log.RunStopped(logger, lease.SyncId);
        }
        catch (Exception exception)
        {
            Log.RunCrashed(logger, exception, lease.SyncId);
        }
    }
}
