using Tideway.CdfPublisher.Deliveries;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>Removes subscriptions with what waits for them, and says so.</summary>
internal static class EndedSubscriptions
{
    public static Task<int> EndForShareAsync(ServiceTransaction transaction, Guid shareId, DateTimeOffset now, CancellationToken cancellationToken) =>
        EndAsync(transaction, "WHERE share_id = @shareId", new { shareId }, CdfPublisherStartup.Name, now, cancellationToken);

    public static Task<int> EndForRecipientAsync(ServiceTransaction transaction, Guid recipientId, DateTimeOffset now, CancellationToken cancellationToken) =>
        EndAsync(transaction, "WHERE recipient_id = @recipientId", new { recipientId }, CdfPublisherStartup.Name, now, cancellationToken);

    /// <summary>Ends one subscription of a recipient; 0 where it has none of this id.</summary>
    public static Task<int> EndOneAsync(
        ServiceTransaction transaction,
        Guid recipientId,
        Guid subscriptionId,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        EndAsync(
            transaction,
            "WHERE recipient_id = @recipientId AND subscription_id = @subscriptionId",
            new { recipientId, subscriptionId },
            actor,
            now,
            cancellationToken
        );

    private static async Task<int> EndAsync(
        ServiceTransaction transaction,
        string where,
        object parameters,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var ending = await transaction.QueryAsync<EndingSubscription>(
            $"{SubscriptionSql.Ending} {where} ORDER BY subscription_id",
            parameters,
            cancellationToken
        );
        foreach (var subscription in ending)
        {
            await transaction.ExecuteAsync(DeliverySql.DeleteOfSubscription, new { subscriptionId = subscription.SubscriptionId }, cancellationToken);
            await transaction.ExecuteAsync(SubscriptionSql.Delete, new { subscriptionId = subscription.SubscriptionId }, cancellationToken);
            transaction.Publish(
                new SubscriptionDeleted
                {
                    SubscriptionId = subscription.SubscriptionId,
                    RecipientId = subscription.RecipientId,
                    RecipientName = subscription.RecipientName,
                    Actor = actor,
                    OccurredAt = now,
                }
            );
        }

        return ending.Count;
    }

    private sealed record EndingSubscription
    {
        public required Guid SubscriptionId { get; init; }

        public required Guid RecipientId { get; init; }

        public required string RecipientName { get; init; }
    }
}
