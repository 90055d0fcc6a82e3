using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Messaging;

namespace Tideway.ShareRegistry.Recipients;

/// <summary>Learns of a recipient. Idempotent by recipient and revision.</summary>
internal sealed class TrackRecipientCreatedConsumer(RecipientDirectory directory) : IEventConsumer<RecipientCreated>
{
    public Task ConsumeAsync(RecipientCreated message, EventContext context, CancellationToken cancellationToken) =>
        directory.KeepAsync(
            context.Transaction,
            new Recipient { RecipientId = message.RecipientId, Name = message.RecipientName },
            message.Revision,
            deleted: false,
            cancellationToken
        );
}
