using Tideway.CdfPublisher.Tables;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Messaging;

namespace Tideway.CdfPublisher.Shares;

/// <summary>Forgets the tables of a share and ends its subscriptions. Key: share; what is deleted stays deleted.</summary>
internal sealed class TrackShareDeletedConsumer(WatchSignal watch, TimeProvider time) : IEventConsumer<ShareDeleted>
{
    public async Task ConsumeAsync(ShareDeleted message, EventContext context, CancellationToken cancellationToken)
    {
        await ShareState.DeleteAsync(context.Transaction, message, time, cancellationToken);
        context.Transaction.OnCommitted(watch.SharesChanged);
    }
}
