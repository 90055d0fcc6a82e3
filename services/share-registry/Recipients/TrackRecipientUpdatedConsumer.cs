using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Messaging;

namespace Tideway.ShareRegistry.Recipients;

/// <summary>Learns a recipient's new name. Idempotent by recipient and revision.</summary>
internal sealed class TrackRecipientUpdatedConsumer(RecipientDirectory directory) : IEventConsumer<RecipientUpdated>
{
    public Task ConsumeAsync(RecipientUpdated message, EventContext context, CancellationToken cancellationToken) =>
        directory.KeepAsync(
            context.Transaction,
            new Recipient { RecipientId = message.RecipientId, Name = message.RecipientName },
            message.Revision,
            deleted: false,
            cancellationToken
        );
}
