using Tideway.Hosting.Database;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Catalog;

/// <summary>
/// Which state of shares, their objects and grants counts now. What was read at a revision is good as long as that is the current one, so that answers can be
/// kept and a grant that was taken away is gone with the next call all the same, in every replica and without the bus.
/// </summary>
internal sealed class CatalogRevision(ShareRegistryDatabase database)
{
    private const string Read = "SELECT revision FROM catalog_revision";
    private const string Advance = "UPDATE catalog_revision SET revision = revision + 1";

    private readonly Lock gate = new();
    private long changesHere;
    private Task<long>? running;
    private Task<long>? following;

    /// <summary>
    /// The revision at some moment after the call began. A database file has one process, which counts for itself; of PostgreSQL it is read, once for all
    /// calls that wait at the time.
    /// </summary>
    public ValueTask<long> FindAsync(CancellationToken cancellationToken) =>
        database.Engine == DatabaseEngine.Sqlite
            ? ValueTask.FromResult(Interlocked.Read(ref changesHere))
            : new ValueTask<long>(Join().WaitAsync(cancellationToken));

    /// <summary>Notes that <paramref name="transaction"/> changes what recipients may see. Every statement that does must be followed by it.</summary>
    public void Change(ServiceTransaction transaction)
    {
        // Last of all: the row is held until the commit, and whoever holds it waits for nothing else.
        if (database.Engine == DatabaseEngine.PostgreSql)
            transaction.OnCommitting(Advance);
        transaction.OnCommitted(() => Interlocked.Increment(ref changesHere));
    }

    // A read that has begun may have seen the state of before the call, so who comes now shares the one that follows it.
    private Task<long> Join()
    {
        lock (gate)
        {
            if (running is null || running.IsCompleted)
                return running = ReadAsync();
            return following ??= FollowAsync(running);
        }
    }

    private async Task<long> FollowAsync(Task<long> before)
    {
        await before.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        Task<long> read;
        lock (gate)
        {
            running = read = ReadAsync();
            following = null;
        }

        return await read;
    }

    private Task<long> ReadAsync() => Task.Run(() => database.QueryFirstOrDefaultAsync<long>(Read, null, CancellationToken.None));
}
