using Tideway.CdfPublisher.Shares;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Messaging;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>Ends the grants and subscriptions of a recipient that is gone. Key: recipient; identities are not used again.</summary>
internal sealed class EndSubscriptionsConsumer(TimeProvider time) : IEventConsumer<RecipientDeleted>
{
    public async Task ConsumeAsync(RecipientDeleted message, EventContext context, CancellationToken cancellationToken)
    {
        var parameters = new { recipientId = message.RecipientId, at = time.GetUtcNow() };
        await context.Transaction.ExecuteAsync(ShareSql.EndRecipient, parameters, cancellationToken);
        await context.Transaction.ExecuteAsync(ShareSql.DeleteGrants, parameters, cancellationToken);
        await EndedSubscriptions.EndForRecipientAsync(context.Transaction, message.RecipientId, time.GetUtcNow(), cancellationToken);
    }
}
