using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Messaging;
using Tideway.ShareRegistry.Grants;

namespace Tideway.ShareRegistry.Recipients;

/// <summary>Takes every grant from a recipient that is gone. Idempotent by recipient: once gone it holds no grants.</summary>
internal sealed class TrackRecipientDeletedConsumer(RecipientDirectory directory, GrantStore grants) : IEventConsumer<RecipientDeleted>
{
    public async Task ConsumeAsync(RecipientDeleted message, EventContext context, CancellationToken cancellationToken)
    {
        var recipient = new Recipient { RecipientId = message.RecipientId, Name = message.RecipientName };
        await directory.KeepAsync(context.Transaction, recipient, message.Revision, deleted: true, cancellationToken);
        await grants.RevokeAllAsync(context.Transaction, recipient, cancellationToken);
    }
}
