using System.Collections.Concurrent;
using Tideway.Hosting.Cache;

namespace Tideway.DeltaSharing.Tests.Server;

/// <summary>Counts that several hosts share, as they do in Redis.</summary>
internal sealed class SharedCounts : ISharedCache
{
    private readonly ConcurrentDictionary<string, long> counts = new(StringComparer.Ordinal);

    public bool IsShared { get; init; } = true;

    public ValueTask<SharedValue?> FindAsync(string key, CancellationToken cancellationToken) => ValueTask.FromResult<SharedValue?>(null);

    public ValueTask KeepAsync(string key, byte[] value, TimeSpan lifetime, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask ForgetAsync(string key, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<long> CountAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken) =>
        ValueTask.FromResult(counts.AddOrUpdate(key, 1, (_, count) => count + 1));
}
