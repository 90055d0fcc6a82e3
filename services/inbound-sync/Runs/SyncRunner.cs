using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Client;
using Tideway.DuckDb;
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
    StagingArea staging,
    SyncQueue queue,
    SyncRecorder recorder,
    MirrorSync mirror,
    MergeSync merge,
    MergeEngine engine,
    SnapshotCache cache,
    IOptions<SyncOptions> options,
    TimeProvider time,
    ILogger<SyncRunner> logger
)
{
    private SyncRun? run;

    /// <summary>Runs the sync to its end and records it.</summary>
    public async Task RunAsync(SyncLease lease, CancellationToken stoppingToken)
    {
        if (await syncs.FindAsync(lease.SyncId, stoppingToken) is not { } sync)
            return;
        if (sync.LeaseOwner != lease.Holder)
        {
            Log.LeaseLost(logger, lease.SyncId);
            return;
        }

        var provider = (await providers.FindAsync(sync.ProviderId, stoppingToken))!;
        var progress = new RunProgress();
        await using var heartbeat = new SyncHeartbeat(queue, recorder, lease, options.Value.Lease, progress, time, logger, stoppingToken);
        try
        {
            using var running = Telemetry.RunBegins(sync);
            if (await recorder.IsQueuedAsync(sync, heartbeat.Token))
                await BeginAsync(sync, heartbeat);
            var outcome = await TakeInAsync(sync, provider, progress, heartbeat);
            await heartbeat.StopAsync();
            if (!await RecordAsync(sync, outcome, progress, stoppingToken))
                Log.LeaseLost(logger, lease.SyncId);
        }
        catch (OperationCanceledException) when (heartbeat.IsLost)
        {
            // Said already; whoever has the sync now goes on.
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            await heartbeat.StopAsync();
            var reason = ReasonOf(exception, provider);
            Log.RunFailed(logger, exception, sync.Name, reason);
            run ??= await recorder.BeginAsync(sync, stoppingToken);
            if (run is null || !await recorder.FailAsync(sync, run, reason, exception as QuarantineException, progress, stoppingToken))
                Log.LeaseLost(logger, lease.SyncId);
        }
        finally
        {
            staging.Clear(lease.SyncId);
        }
    }

    /// <summary>Takes in what is new; <see langword="null"/> where the rows of the newest version are set aside already.</summary>
    private async Task<SyncOutcome?> TakeInAsync(Sync sync, Provider provider, RunProgress progress, SyncHeartbeat heartbeat)
    {
        var client = connections.Connect(provider, SyncMode.ReaderFeatures(sync.Mode));
        var remote = new RemoteTable(client, connections.Downloader, connections.Ranges, sync, options.Value.Downloads, progress);
        var table = new DeltaTable(roots.Open(roots.Resolve(sync.TargetLocation)), time, new DeltaTableOptions { Database = engine.Database });
        var newest = await NewestAsync(sync, provider, remote, heartbeat.Token);
        // Asked again, because what came before the subscription is not told of.
        if (await subscriber.EnsureAsync(provider, sync.Share, heartbeat.Token))
            newest = await remote.NewestAsync(heartbeat.Token);

        while (true)
        {
            var held = await LocalTable.LoadAsync(cache, table, sync, heartbeat.Token);
            var work = new SyncWork(sync, run!, remote, newest, table, held, progress);
            if (work.IsCurrent)
                return new SyncOutcome(sync.RemoteVersion, newest.Version, held.Snapshot!.Version, WholeTable: false);
            if (run is null && sync.QuarantinedVersion == newest.Version && sync.QuarantinedTable == newest.Metadata.Id)
                return null;
            if (run is null)
                work = work with { Run = await BeginAsync(sync, heartbeat) };

            var fetched = progress.BytesFetched;
            try
            {
                var outcome = sync.Mode == SyncMode.Mirror ? await mirror.RunAsync(work, heartbeat.Token) : await merge.RunAsync(work, heartbeat.Token);
                // A run that a crash kept from being recorded is part of this one.
                return outcome with { FromVersion = sync.RemoteVersion };
            }
            catch (DeltaSharingException exception) when (exception.Error == DeltaSharingError.UrlExpired && progress.BytesFetched > fetched)
            {
                Log.AddressesExpired(logger, sync.Name, progress.FilesFetched);
                progress.Restart();
                newest = await remote.NewestAsync(heartbeat.Token);
            }
        }
    }

    private async Task<RemoteState> NewestAsync(Sync sync, Provider provider, RemoteTable remote, CancellationToken cancellationToken)
    {
        try
        {
            return await remote.NewestAsync(cancellationToken);
        }
        catch (DeltaSharingException exception) when (sync.Mode == SyncMode.Merge && RemoteCheck.IsRefusal(exception))
        {
            var mirroring = connections.Connect(provider, SyncMode.ReaderFeatures(SyncMode.Mirror));
            var fault = await VariantColumns.FindFaultAsync(mirroring, new SharedTableName(sync.Share, sync.SchemaName, sync.TableName), cancellationToken);
            if (fault is null)
                throw;
            throw new SyncRefusedException(fault);
        }
    }

    private async Task<bool> RecordAsync(Sync sync, SyncOutcome? outcome, RunProgress progress, CancellationToken cancellationToken)
    {
        if (outcome is null)
            return await recorder.StillQuarantinedAsync(sync, cancellationToken);
        if (run is null && !outcome.Changed && !await recorder.HasFailedLastAsync(sync, cancellationToken))
            return await recorder.NothingNewAsync(sync, outcome.ToVersion, cancellationToken);
        // The data can be here without anybody having been told, or with everybody told of a failure only: then that is made good.
        run ??= await recorder.BeginAsync(sync, cancellationToken);
        if (run is null || !await recorder.SucceedAsync(sync, run, outcome, progress, cancellationToken))
            return false;
        Log.RunSucceeded(logger, sync.Name, outcome.ToVersion, progress.FilesFetched, progress.BytesFetched);
        return true;
    }

    private async Task<SyncRun> BeginAsync(Sync sync, SyncHeartbeat heartbeat)
    {
        run = await recorder.BeginAsync(sync, heartbeat.Token);
        if (run is null)
        {
            await heartbeat.LoseAsync();
            throw new OperationCanceledException(heartbeat.Token);
        }

        heartbeat.Show(run);
        return run;
    }

    private string ReasonOf(Exception exception, Provider provider)
    {
        var reason = exception switch
        {
            DeltaSharingException
            or DeltaLogException
            or ObjectStorageException
            or QuarantineException
            or SyncRefusedException
            or DuckDbException
            or IOException => exception.Message,
            _ => $"{exception.GetType().Name}: {exception.Message}",
        };
        return
            exception is DeltaSharingException { Error: DeltaSharingError.Unauthorized } && provider.ExpirationTime is { } expiry && expiry <= time.GetUtcNow()
            ? $"The credential of provider '{provider.Name}' ended at {expiry:O}; give the provider a new profile. {reason}"
            : reason;
    }
}
