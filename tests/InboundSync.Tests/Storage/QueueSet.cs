using Microsoft.Extensions.Options;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.Tests.Storage;

internal sealed class QueueSet(InboundSyncDatabase database, IOptions<SyncOptions> options, int count) : IDisposable
{
    public IReadOnlyList<SyncQueue> Queues { get; } = [.. Enumerable.Range(0, count).Select(_ => new SyncQueue(database, options, TimeProvider.System))];

    public void Dispose()
    {
        foreach (var queue in Queues)
            queue.Dispose();
    }
}
