using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Messaging;

namespace Tideway.CdfPublisher.Shares;

/// <summary>Keeps who may read a share, also where the share itself is not known yet. Key: share, recipient and revision.</summary>
internal sealed class TrackShareRevokedConsumer : IEventConsumer<ShareRevoked>
{
    public Task ConsumeAsync(ShareRevoked message, EventContext context, CancellationToken cancellationToken) =>
        ShareState.SetGrantAsync(
            context.Transaction,
            (message.ShareId, message.RecipientId, message.RecipientName, message.Revision),
            granted: false,
            cancellationToken
        );
}
