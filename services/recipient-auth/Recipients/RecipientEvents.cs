using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Database;

namespace Tideway.RecipientAuth.Recipients;

/// <summary>What the other services are told of a change, in the transaction of the change.</summary>
internal static class RecipientEvents
{
    public static void PublishCreated(this ServiceTransaction transaction, Recipient recipient) =>
        transaction.Publish(
            new RecipientCreated
            {
                RecipientId = recipient.Id,
                RecipientName = recipient.Name,
                Comment = recipient.Comment,
                Properties = recipient.Properties,
                AllowedIpAddresses = recipient.AllowedAddresses.Entries,
                Revision = recipient.Revision,
                Actor = recipient.UpdatedBy,
                OccurredAt = recipient.UpdatedAt,
            }
        );

    public static void PublishUpdated(this ServiceTransaction transaction, Recipient recipient) =>
        transaction.Publish(
            new RecipientUpdated
            {
                RecipientId = recipient.Id,
                RecipientName = recipient.Name,
                Comment = recipient.Comment,
                Properties = recipient.Properties,
                AllowedIpAddresses = recipient.AllowedAddresses.Entries,
                Revision = recipient.Revision,
                Actor = recipient.UpdatedBy,
                OccurredAt = recipient.UpdatedAt,
            }
        );

    public static void PublishDeleted(this ServiceTransaction transaction, Recipient recipient, string actor, DateTimeOffset now) =>
        transaction.Publish(
            new RecipientDeleted
            {
                RecipientId = recipient.Id,
                RecipientName = recipient.Name,
                Revision = recipient.Revision + 1,
                Actor = actor,
                OccurredAt = now,
            }
        );

    public static void PublishCredentialsChanged(this ServiceTransaction transaction, Guid ownerId, DateTimeOffset now) =>
        transaction.Publish(new CredentialsChanged { OwnerId = ownerId, OccurredAt = now });
}
