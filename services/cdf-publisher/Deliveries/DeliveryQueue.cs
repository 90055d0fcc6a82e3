using Tideway.CdfPublisher.Subscriptions;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>Puts a notice for each subscription concerned into the transaction that announces the versions.</summary>
internal sealed class DeliveryQueue(DeliverySignal signal, TimeProvider time)
{
    /// <summary>Call it once in a transaction: subscriptions are taken in one order by everybody, so that none wait for each other in a circle.</summary>
    public async Task QueueAsync(ServiceTransaction transaction, IReadOnlyList<TableChangesPublished> announced, CancellationToken cancellationToken)
    {
        var notices = new List<(Guid SubscriptionId, TableChangesPublished Changes)>();
        foreach (var changes in announced)
        {
            var scopeKey = SubscriptionScope.KeyOf(changes.Schema, changes.Name);
            var concerned = await transaction.QueryAsync<Guid>(DeliverySql.Concerned, new { changes.ShareId, scopeKey }, cancellationToken);
            notices.AddRange(concerned.Select(subscriptionId => (subscriptionId, changes)));
        }

        foreach (var (subscriptionId, changes) in notices.OrderBy(notice => notice.SubscriptionId))
            await InsertAsync(transaction, subscriptionId, changes, attempts: 0, time.GetUtcNow(), cancellationToken);
        if (notices.Count > 0)
            transaction.OnCommitted(signal.Set);
    }

    /// <summary>Queues one notice behind the others of its subscription and returns its identity.</summary>
    public static async Task<Guid> InsertAsync(
        ServiceTransaction transaction,
        Guid subscriptionId,
        TableChangesPublished changes,
        int attempts,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var sequence = await transaction.QueryFirstOrDefaultAsync<long>(DeliverySql.TakeSequence, new { subscriptionId, now }, cancellationToken);
        var deliveryId = Guid.CreateVersion7(now);
        await transaction.ExecuteAsync(
            DeliverySql.Insert,
            new
            {
                deliveryId,
                subscriptionId,
                sequence,
                changes.ShareId,
                changes.TableId,
                changes.ShareName,
                changes.Schema,
                changes.Name,
                changes.FromVersion,
                changes.ToVersion,
                changes.ChangeFeedAvailable,
                changes.OccurredAt,
                attempts,
                now,
            },
            cancellationToken
        );
        return deliveryId;
    }
}
