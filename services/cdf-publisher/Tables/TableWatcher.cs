using Microsoft.Extensions.Options;

namespace Tideway.CdfPublisher.Tables;

/// <summary>
/// Asks each table of this replica for its next version once per interval, the tables spread over it. A table that cannot be read is asked
/// less and less often and keeps no other waiting.
/// </summary>
internal sealed class TableWatcher(
    TableWatch watch,
    WatchStore store,
    WatchSignal signal,
    IOptions<CdfPublisherOptions> options,
    TimeProvider time,
    ILogger<TableWatcher> logger
) : BackgroundService
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);

    private readonly string replica = $"{Environment.MachineName}-{Guid.CreateVersion7():N}";
    private readonly Dictionary<string, Slot> slots = new(StringComparer.Ordinal);
    private readonly HashSet<Task> running = [];
    private DateTimeOffset nextRenewal = DateTimeOffset.MinValue;
    private DateTimeOffset leasedUntil = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var places = new SemaphoreSlim(options.Value.Parallelism);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var now = time.GetUtcNow();
                if (signal.TakeSharesChanged() || now >= nextRenewal)
                    await RenewAsync(now, stoppingToken);
                running.RemoveWhere(static task => task.IsCompleted);
                if (now < leasedUntil)
                {
                    foreach (var slot in slots.Values.Where(slot => slot is { Busy: false } && slot.DueAt <= now))
                    {
                        slot.Busy = true;
                        running.Add(LookAsync(slot, places, stoppingToken));
                    }
                }

                // Looks that end wake the loop; with many tables, several at a time.
                await Task.Delay(ShortestWait, time, stoppingToken);
                await signal.WaitAsync(TimeUntilDue(time.GetUtcNow()), time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; every step is either committed or not begun.
        }

        await Task.WhenAll(running);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await store.ReleaseAsync(replica, cancellationToken);
        }
        catch (Exception exception)
        {
            // The leases run out by themselves.
            Log.LeasesNotReleased(logger, exception);
        }
    }

    private async Task RenewAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var mine = await store.RenewAsync(replica, options.Value.LeaseDuration, cancellationToken);
            leasedUntil = now + options.Value.LeaseDuration;
            var gone = slots.Keys.ToHashSet(StringComparer.Ordinal);
            foreach (var table in mine)
            {
                gone.Remove(table.StorageLocation);
                if (!slots.TryGetValue(table.StorageLocation, out var slot))
                    slots.Add(table.StorageLocation, new Slot(table, now));
                else if (!slot.Busy)
                    slot.Refresh(table, now);
            }

            foreach (var location in gone)
                slots.Remove(location);
            Telemetry.TablesWatched.Record(mine.Count);
            Telemetry.TablesUnreadable.Record(mine.Count(table => table.LastError is not null));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.LeasesNotRenewed(logger, exception);
        }

        nextRenewal = now + options.Value.LeaseRenewal;
    }

    private async Task LookAsync(Slot slot, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        try
        {
            await places.WaitAsync(cancellationToken);
            try
            {
                var verify = time.GetUtcNow() >= slot.VerifyAt;
                if (await watch.CatchUpAsync(slot.Table, verify, cancellationToken) is { } table)
                    slot.Table = table;
                slot.Failures = 0;
                if (verify)
                    slot.VerifyAt = time.GetUtcNow() + options.Value.VerifyInterval;
                // Tables that are taken on together are spread over the interval with their second look.
                slot.DueAt = time.GetUtcNow() + (options.Value.PollInterval * (slot.IsSpread ? 1 : Random.Shared.NextDouble()));
                slot.IsSpread = true;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                slot.DueAt = time.GetUtcNow() + ErrorDelay(slot.Failures++);
                if (exception is not TableUnreadableException)
                    Log.LookFailed(logger, exception, slot.Table.StorageLocation);
            }
            finally
            {
                places.Release();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping.
        }
        finally
        {
            slot.Busy = false;
            signal.Set();
        }
    }

    private TimeSpan ErrorDelay(int failures)
    {
        var (first, longest) = (options.Value.PollInterval, options.Value.MaxErrorDelay);
        var delay = first * Math.Pow(2, Math.Min(failures, 20)) * (1 + (Random.Shared.NextDouble() / 4));
        return delay < longest ? delay : longest;
    }

    private TimeSpan TimeUntilDue(DateTimeOffset now)
    {
        var next = nextRenewal;
        foreach (var slot in slots.Values)
        {
            if (!slot.Busy && slot.DueAt < next)
                next = slot.DueAt;
        }

        return next > now ? next - now : TimeSpan.Zero;
    }

    private sealed class Slot(WatchedTable table, DateTimeOffset now)
    {
        private volatile bool busy;

        public WatchedTable Table { get; set; } = table;

        /// <summary>While it is, the look owns everything else here.</summary>
        public bool Busy
        {
            get => busy;
            set => busy = value;
        }

        public DateTimeOffset DueAt { get; set; } = now;

        /// <summary>At once: what happened while nobody watched is not known.</summary>
        public DateTimeOffset VerifyAt { get; set; } = now;

        public int Failures { get; set; }

        public bool IsSpread { get; set; }

        public void Refresh(WatchedTable table, DateTimeOffset now)
        {
            if (table.HasUnannouncedShare && !Table.HasUnannouncedShare)
                DueAt = now;
            Table = table;
        }
    }
}
