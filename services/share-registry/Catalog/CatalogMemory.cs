using Microsoft.Extensions.Caching.Memory;

namespace Tideway.ShareRegistry.Catalog;

/// <summary>Keeps what was read from the catalog for as long as the catalog does not change, within a budget of bytes.</summary>
internal sealed class CatalogMemory(CatalogRevision revision) : IDisposable
{
    private const long Budget = 32 << 20;

    // What an entry takes beside its text, roughly.
    private const int Overhead = 512;

    // A second process on one database file is not meant to be; where there is one all the same, it is as late as where the bus is down.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = Budget });

    /// <summary>What <paramref name="read"/> gave at the current revision, now or before. Nothing is kept where it gives nothing.</summary>
    /// <param name="key">Says what is read and for whom; compared by value.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="size">Its size in bytes, with that of the key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<T?> GetAsync<T>(object key, Func<ValueTask<T?>> read, Func<T, long> size, CancellationToken cancellationToken)
        where T : class
    {
        var now = await revision.FindAsync(cancellationToken);
        if (kept.TryGetValue(key, out Kept<T>? entry) && entry!.Revision == now)
            return entry.Value;
        var value = await read();
        if (value is not null)
        {
            kept.Set(key, new Kept<T>(now, value), new MemoryCacheEntryOptions { Size = size(value) + Overhead, AbsoluteExpirationRelativeToNow = Lifetime });
        }

        return value;
    }

    public void Dispose() => kept.Dispose();

    private sealed record Kept<T>(long Revision, T Value);
}
