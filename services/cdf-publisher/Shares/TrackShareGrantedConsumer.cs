using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Messaging;

namespace Tideway.CdfPublisher.Shares;

/// <summary>Keeps who may read a share, also where the share itself is not known yet. Key: share, recipient and revision.</summary>
internal sealed class TrackShareGrantedConsumer : IEventConsumer<ShareGranted>
{
    public Task ConsumeAsync(ShareGranted message, EventContext context, CancellationToken cancellationToken) =>
        ShareState.SetGrantAsync(
            context.Transaction,
            (message.ShareId, message.RecipientId, message.RecipientName, message.Revision),
            granted: true,
            cancellationToken
        );
}
