using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.DeltaSharing.Client;
using Tideway.InboundSync.Merge;
using Tideway.InboundSync.Mirror;
using Tideway.InboundSync.PartnerEvents;
using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Syncs;
using Tideway.ObjectStorage;

namespace Tideway.InboundSync.Runs;

/// <summary>One run of one sync: what is held, what there is, and the way from the one to the other.</summary>
public sealed class SyncRunner(
    ISyncStore syncs,
    IProviderStore providers,
    ProviderConnections connections,
    PartnerSubscriber subscriber,
    StorageRoots roots,
    SyncQueue queue,
    SyncRecorder recorder,
    MirrorSync mirror,
    MergeSync merge,
    IOptions<SyncOptions> options,
    TimeProvider time,
    ILogger<SyncRunner> logger
)
{
    private SyncRun? run;

    /// <summary>Runs the sync to its end and records it.</summary>
    public async Task RunAsync(Guid syncId, CancellationToken stoppingToken)
    {
        var claimedAt = time.GetUtcNow();
        if (await syncs.FindAsync(syncId, stoppingToken) is not { } sync)
            return;
        var provider = (await providers.FindAsync(sync.ProviderId, stoppingToken))!;
        var progress = new RunProgress();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var heartbeat = BeatAsync(sync, progress, stop);
        try
        {
            var outcome = await TakeInAsync(sync, provider, progress, stop.Token);
            await StopAsync(heartbeat, stop);
            if (run is null)
            {
                await recorder.NothingNewAsync(sync, outcome?.ToVersion, claimedAt, stoppingToken);
                return;
            }

            await recorder.SucceedAsync(sync, run, outcome!, progress, stoppingToken);
            Log.RunSucceeded(logger, sync.Name, outcome!.ToVersion, progress.FilesDone, progress.BytesDone);
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            await StopAsync(heartbeat, stop);
            var reason = Reason(exception);
            Log.RunFailed(logger, exception, sync.Name, reason);
            run ??= await recorder.BeginAsync(sync, stoppingToken);
            await recorder.FailAsync(sync, run, reason, exception as QuarantineException, progress, stoppingToken);
        }
        finally
        {
            await StopAsync(heartbeat, stop);
        }
    }

    private async Task<SyncOutcome?> TakeInAsync(Sync sync, Provider provider, RunProgress progress, CancellationToken cancellationToken)
    {
        await subscriber.EnsureAsync(provider, sync.Share, cancellationToken);
        var remote = new RemoteTable(connections.Connect(provider), connections.Downloader, sync, progress);
        var table = new DeltaTable(roots.Open(roots.Resolve(sync.TargetLocation)), time);
        var held = await LocalTable.LoadAsync(table, sync, cancellationToken);
        var latest = await remote.LatestVersionAsync(cancellationToken);
        if (held.RemoteVersion == latest)
            return new SyncOutcome(latest, latest, held.Snapshot!.Version, WholeTable: false);

        run = await recorder.BeginAsync(sync, cancellationToken);
        var work = new SyncWork(sync, run, remote, table, held, latest, progress);
        return sync.Mode == SyncMode.Mirror ? await mirror.RunAsync(work, cancellationToken) : await merge.RunAsync(work, cancellationToken);
    }

    /// <summary>Keeps the lease and shows progress while the run lasts. A lost lease stops the run: another process has the sync.</summary>
    private async Task BeatAsync(Sync sync, RunProgress progress, CancellationTokenSource stop)
    {
        var renewAt = time.GetTimestamp();
        var shown = -1L;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                try
                {
                    if (run is not null && progress.BytesDone != shown)
                    {
                        shown = progress.BytesDone;
                        await recorder.ProgressAsync(run, progress, stop.Token);
                    }

                    if (time.GetElapsedTime(renewAt) < options.Value.Lease / 3)
                        continue;
                    if (!await queue.RenewAsync(sync.SyncId, stop.Token))
                    {
                        Log.LeaseLost(logger, sync.SyncId);
                        await stop.CancelAsync();
                        return;
                    }

                    renewAt = time.GetTimestamp();
                }
                catch (Exception exception) when (!stop.IsCancellationRequested)
                {
                    Log.HeartbeatFailed(logger, exception, sync.SyncId);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private static async Task StopAsync(Task heartbeat, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        await heartbeat;
    }

    private static string Reason(Exception exception) =>
        exception switch
        {
            DeltaSharingException or DeltaLogException or ObjectStorageException or QuarantineException => exception.Message,
            IOException io => io.Message,
            _ => $"{exception.GetType().Name}: {exception.Message}",
        };
}
