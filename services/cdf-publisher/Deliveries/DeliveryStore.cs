using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Storage;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>The queue of notices, as the sender works through it.</summary>
internal sealed class DeliveryStore(CdfPublisherDatabase database, IOptions<DeliveryOptions> options, TimeProvider time)
{
    /// <summary>Takes up to <paramref name="count"/> subscriptions whose turn has come; nobody else sends to them until released or the lease ends.</summary>
    public async Task<IReadOnlyList<Guid>> ClaimAsync(string worker, int count, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // Most of the time nothing is due, and then nobody need wait for the right to write.
        if (await database.QueryFirstOrDefaultAsync<long>(DeliverySql.IsAnyDue, new { now }, cancellationToken) == 0)
            return [];
        await using var transaction = await database.BeginAsync(cancellationToken);
        var claimed = await transaction.QueryAsync<Guid>(
            DeliverySql.Claim(database.Engine),
            new
            {
                worker,
                now,
                until = now + options.Value.LeaseDuration,
                count,
            },
            cancellationToken
        );
        foreach (var subscriptionId in claimed)
            await MergeAsync(transaction, subscriptionId, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return claimed;
    }

    /// <summary>The notice to send next to a subscription that <paramref name="worker"/> has; null where nothing waits.</summary>
    public Task<PendingNotice?> NextAsync(string worker, Guid subscriptionId, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<PendingNotice>(DeliverySql.Next, new { worker, subscriptionId }, cancellationToken);

    /// <summary>The endpoint accepted the notice.</summary>
    public async Task NoteDeliveredAsync(PendingNotice notice, int status, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await NoteSentAsync(transaction, notice, DeliveryState.Delivered, status, error: null, now, cancellationToken))
            return;
        await transaction.ExecuteAsync(
            DeliverySql.NoteSuccess,
            new
            {
                subscriptionId = notice.SubscriptionId,
                now,
                until = now + options.Value.LeaseDuration,
            },
            cancellationToken
        );
        transaction.Publish(
            new DeliverySucceeded
            {
                SubscriptionId = notice.SubscriptionId,
                RecipientId = notice.RecipientId,
                RecipientName = notice.RecipientName,
                DeliveryId = notice.DeliveryId,
                EventType = Notice.Type,
                Attempts = notice.Attempts + 1,
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The endpoint did not accept the notice: it waits for its next attempt, or is given up after the last.</summary>
    public async Task NoteFailedAsync(PendingNotice notice, SendOutcome.Failed failure, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var failures = notice.Failures + 1;
        var givenUp = failures >= RetrySchedule.MaxFailures;
        var wait = failure.RetryAfter ?? RetrySchedule.WaitAfter(failures);
        await using var transaction = await database.BeginAsync(cancellationToken);
        var state = givenUp ? DeliveryState.Failed : DeliveryState.Pending;
        if (!await NoteSentAsync(transaction, notice, state, failure.Status, failure.Reason, now, cancellationToken))
            return;
        await NoteFailureAsync(transaction, notice, givenUp ? "FAILING" : "ACTIVE", failure.Reason, now, now + wait, cancellationToken);
        if (givenUp)
            transaction.Publish(Describe(notice, failure.Reason, now));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The endpoint asked never to be called again.</summary>
    public async Task NoteGoneAsync(PendingNotice notice, CancellationToken cancellationToken)
    {
        const string Reason = "The endpoint answered 410 Gone: it asks for no more notices.";
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await NoteSentAsync(transaction, notice, DeliveryState.Failed, 410, Reason, now, cancellationToken))
            return;
        await NoteFailureAsync(transaction, notice, "DISABLED", Reason, now, nextAttemptAt: null, cancellationToken);
        await transaction.ExecuteAsync(
            DeliverySql.CancelAll,
            new
            {
                subscriptionId = notice.SubscriptionId,
                reason = Reason,
                now,
            },
            cancellationToken
        );
        transaction.Publish(Describe(notice, Reason, now));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The notice is not to be sent after all.</summary>
    public async Task CancelAsync(PendingNotice notice, string reason, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(
            DeliverySql.Cancel,
            new
            {
                deliveryId = notice.DeliveryId,
                reason,
                now = time.GetUtcNow(),
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Leaves a subscription to whoever comes next.</summary>
    public async Task ReleaseAsync(string worker, Guid subscriptionId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(DeliverySql.Release, new { worker, subscriptionId }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Notices that wait, and subscriptions that are failing or disabled.</summary>
    public async Task<(long Pending, long NotActive)> CountAsync(CancellationToken cancellationToken) =>
        (
            await database.QueryFirstOrDefaultAsync<long>(DeliverySql.CountPending, null, cancellationToken),
            await database.QueryFirstOrDefaultAsync<long>(DeliverySql.CountNotActive, null, cancellationToken)
        );

    /// <summary>Forgets deliveries that were done with long ago.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(DeliverySql.Clean, new { before = time.GetUtcNow() - options.Value.Retention }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Makes one notice of all that wait for the same table. It gets an identity of its own: the partner may have seen one of the others
    /// without our learning of it, and must not take this for the same.
    /// </summary>
    private static async Task MergeAsync(ServiceTransaction transaction, Guid subscriptionId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var tableId in await transaction.QueryAsync<Guid>(DeliverySql.TablesWithSeveral, new { subscriptionId }, cancellationToken))
        {
            var waiting = await transaction.QueryAsync<Waiting>(DeliverySql.WaitingOfTable, new { subscriptionId, tableId }, cancellationToken);
            var last = waiting[^1];
            var merged = new TableChangesPublished
            {
                ShareId = last.ShareId,
                ShareName = last.ShareName,
                TableId = last.TableId,
                Schema = last.Schema,
                Name = last.Name,
                // A table made anew counts from the beginning again: its last notice stands for itself.
                FromVersion = waiting.Where(notice => notice.ToVersion <= last.ToVersion).Min(notice => notice.FromVersion),
                ToVersion = last.ToVersion,
                ChangeFeedAvailable = waiting.All(notice => notice.ChangeFeedAvailable),
                OccurredAt = last.OccurredAt,
            };
            var mergedInto = await DeliveryQueue.InsertAsync(
                transaction,
                subscriptionId,
                merged,
                waiting.Max(notice => notice.Attempts),
                now,
                cancellationToken
            );
            await transaction.ExecuteAsync(
                DeliverySql.NoteMerged,
                new
                {
                    subscriptionId,
                    tableId,
                    mergedInto,
                    now,
                },
                cancellationToken
            );
        }
    }

    private static async Task<bool> NoteSentAsync(
        ServiceTransaction transaction,
        PendingNotice notice,
        DeliveryState state,
        int? status,
        string? error,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await transaction.ExecuteAsync(
            DeliverySql.NoteSent,
            new
            {
                deliveryId = notice.DeliveryId,
                state = state.ToString().ToUpperInvariant(),
                status,
                error,
                now,
            },
            cancellationToken
        ) > 0;

    private static Task<int> NoteFailureAsync(
        ServiceTransaction transaction,
        PendingNotice notice,
        string state,
        string reason,
        DateTimeOffset now,
        DateTimeOffset? nextAttemptAt,
        CancellationToken cancellationToken
    ) =>
        transaction.ExecuteAsync(
            DeliverySql.NoteFailure,
            new
            {
                subscriptionId = notice.SubscriptionId,
                state,
                reason,
                now,
                nextAttemptAt,
            },
            cancellationToken
        );

    private static DeliveryFailed Describe(PendingNotice notice, string reason, DateTimeOffset now) =>
        new()
        {
            SubscriptionId = notice.SubscriptionId,
            RecipientId = notice.RecipientId,
            RecipientName = notice.RecipientName,
            DeliveryId = notice.DeliveryId,
            EventType = Notice.Type,
            Attempts = notice.Attempts + 1,
            OccurredAt = now,
            Reason = reason,
        };

    private sealed record Waiting
    {
        public required Guid DeliveryId { get; init; }

        public required Guid ShareId { get; init; }

        public required Guid TableId { get; init; }

        public required string ShareName { get; init; }

        public required string Schema { get; init; }

        public required string Name { get; init; }

        public required long FromVersion { get; init; }

        public required long ToVersion { get; init; }

        public required bool ChangeFeedAvailable { get; init; }

        public required DateTimeOffset OccurredAt { get; init; }

        public required int Attempts { get; init; }
    }
}
