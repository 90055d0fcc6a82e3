namespace Tideway.Hosting.Cache;

/// <summary>The <see cref="ISharedCache"/> of one process, for where Redis is not.</summary>
internal sealed class MemoryCache(TimeProvider time) : ISharedCache
{
    private const int Capacity = 50_000;

    private readonly BoundedCache<byte[]> values = new(Capacity, time);
    private readonly BoundedCache<long> counts = new(Capacity, time);

    public bool IsShared => false;

    public ValueTask<SharedValue?> FindAsync(string key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(values.TryGet(key, out var value, out var remaining) ? new SharedValue(value, remaining) : null);

    public ValueTask KeepAsync(string key, byte[] value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        values.Set(key, value, lifetime);
        return ValueTask.CompletedTask;
    }

    public ValueTask ForgetAsync(string key, CancellationToken cancellationToken)
    {
        values.Remove(key);
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> CountAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken) =>
        ValueTask.FromResult(counts.Update(key, static count => count + 1, lifetime));
}
