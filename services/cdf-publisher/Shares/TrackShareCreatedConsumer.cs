using Tideway.CdfPublisher.Tables;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Messaging;

namespace Tideway.CdfPublisher.Shares;

/// <summary>Keeps the state of a share. Key: share and revision.</summary>
internal sealed class TrackShareCreatedConsumer(WatchSignal watch) : IEventConsumer<ShareCreated>
{
    public async Task ConsumeAsync(ShareCreated message, EventContext context, CancellationToken cancellationToken)
    {
        await ShareState.SetAsync(
            context.Transaction,
            (message.ShareId, message.ShareName, message.Revision, message.OccurredAt),
            message.Tables,
            cancellationToken
        );
        context.Transaction.OnCommitted(watch.SharesChanged);
    }
}
