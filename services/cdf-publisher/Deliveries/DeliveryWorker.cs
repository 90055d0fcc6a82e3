using Microsoft.Extensions.Options;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>Sends what is due, to several subscriptions at a time and to each in order.</summary>
internal sealed class DeliveryWorker(
    DeliveryStore store,
    NoticeSender sender,
    DeliverySignal signal,
    IOptions<DeliveryOptions> options,
    TimeProvider time,
    ILogger<DeliveryWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan CountingInterval = TimeSpan.FromSeconds(15);

    private readonly string worker = $"{Environment.MachineName}-{Guid.CreateVersion7():N}";

    /// <summary>Sends to one subscription until nothing waits, or it fails. Returns the number of notices accepted.</summary>
    internal async Task<int> SendToAsync(Guid subscriptionId, CancellationToken cancellationToken)
    {
        var accepted = 0;
        try
        {
            while (await store.NextAsync(worker, subscriptionId, cancellationToken) is { } notice)
            {
                if (!notice.Granted)
                {
                    await store.CancelAsync(notice, "The recipient may no longer read the table.", cancellationToken);
                    continue;
                }

                if (!await SendAsync(notice, cancellationToken))
                    break;
                accepted++;
            }
        }
        finally
        {
            // Also where the process stops: the next one need not wait for the lease to end.
            await store.ReleaseAsync(worker, subscriptionId, CancellationToken.None);
        }

        return accepted;
    }

    /// <summary>Takes subscriptions whose turn has come.</summary>
    internal Task<IReadOnlyList<Guid>> ClaimAsync(int count, CancellationToken cancellationToken) => store.ClaimAsync(worker, count, cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        var nextCleaning = time.GetUtcNow();
        var nextCounting = nextCleaning;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                running.RemoveAll(static task => task.IsCompleted);
                var free = options.Value.Parallelism - running.Count;
                if (free > 0)
                {
                    foreach (var subscriptionId in await ClaimAsync(free, stoppingToken))
                        running.Add(RunAsync(subscriptionId, stoppingToken));
                }

                if (time.GetUtcNow() >= nextCleaning)
                {
                    await store.CleanAsync(stoppingToken);
                    nextCleaning = time.GetUtcNow() + CleaningInterval;
                }

                if (time.GetUtcNow() >= nextCounting)
                {
                    var (pending, notActive) = await store.CountAsync(stoppingToken);
                    Telemetry.DeliveriesPending.Record(pending);
                    Telemetry.SubscriptionsNotActive.Record(notActive);
                    nextCounting = time.GetUtcNow() + CountingInterval;
                }

                await signal.WaitAsync(options.Value.PollInterval, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                Log.DeliveryLoopFailed(logger, exception);
                await Task.Delay(options.Value.PollInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(running);
    }

    private async Task RunAsync(Guid subscriptionId, CancellationToken cancellationToken)
    {
        // The claim is written; what follows must not hold up the loop.
        await Task.Yield();
        try
        {
            await SendToAsync(subscriptionId, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping; the notice is sent again by whoever comes next.
        }
        catch (Exception exception)
        {
            Log.DeliveryFailedHere(logger, exception, subscriptionId);
        }
        finally
        {
            signal.Set();
        }
    }

    private async Task<bool> SendAsync(PendingNotice notice, CancellationToken cancellationToken)
    {
        using var activity = Telemetry.Source.StartActivity("send notice");
        activity?.SetTag("tideway.subscription.id", notice.SubscriptionId).SetTag("tideway.delivery.id", notice.DeliveryId);
        var outcome = await sender.SendAsync(notice, cancellationToken);
        Telemetry.DeliveryAttempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome.GetType().Name));
        // Once sent, what came of it is written down even while stopping.
        switch (outcome)
        {
            case SendOutcome.Delivered delivered:
                await store.NoteDeliveredAsync(notice, delivered.Status, CancellationToken.None);
                Telemetry.DeliveryDelay.Record((time.GetUtcNow() - notice.OccurredAt).TotalSeconds);
                return true;
            case SendOutcome.Gone:
                await store.NoteGoneAsync(notice, CancellationToken.None);
                Log.SubscriptionDisabled(logger, notice.SubscriptionId, notice.RecipientName);
                return false;
            case SendOutcome.Failed failed:
                await store.NoteFailedAsync(notice, failed, CancellationToken.None);
                Log.NoticeNotAccepted(logger, notice.DeliveryId, notice.SubscriptionId, notice.RecipientName, notice.Attempts + 1, failed.Reason);
                return false;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
