using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>Which syncs are due and who has them. Several processes may share it: each sync is with one at a time, for as long as that one says it is alive.</summary>
public sealed class SyncQueue(InboundSyncDatabase database, IOptions<SyncOptions> options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim woken = new(0, 1);

    /// <summary>Name of this process, with which the names of its leases begin.</summary>
    public string Owner { get; } = $"{Environment.MachineName}-{Guid.CreateVersion7():N}";

    /// <summary>Takes syncs that are due.</summary>
    public async Task<IReadOnlyList<SyncLease>> ClaimAsync(int limit, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var now = time.GetUtcNow();
        var holder = $"{Owner}/{Guid.CreateVersion7():N}";
        var claimed = await transaction.QueryAsync<string>(
            SyncSql.Claim,
            new
            {
                holder,
                until = now + options.Value.Lease,
                now,
                limit,
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return [.. claimed.Select(id => new SyncLease(Guid.Parse(id), holder))];
    }

    /// <summary>Says that a sync is still worked on; <see langword="false"/> where it was taken by another.</summary>
    public async Task<bool> RenewAsync(SyncLease lease, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var kept = await transaction.ExecuteAsync(
            SyncSql.Renew,
            new
            {
                id = lease.SyncId,
                holder = lease.Holder,
                until = time.GetUtcNow() + options.Value.Lease,
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return kept == 1;
    }

    /// <summary>Gives a sync back, unless it was taken by another.</summary>
    public async Task ReleaseAsync(SyncLease lease, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(SyncSql.Release, new { id = lease.SyncId, holder = lease.Holder }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Waits until something may be due: a wake-up, the next due time, or a little while for what other processes make due.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var next = await database.QueryFirstOrDefaultAsync<long?>(SyncSql.NextDue, new { now }, cancellationToken);
        var wait = TimeSpan.FromSeconds(2);
        if (next is { } microseconds && DatabaseTime.FromMicroseconds(microseconds) is var due && due - now < wait)
            wait = due > now ? due - now : TimeSpan.FromMilliseconds(50);
        await woken.WaitAsync(wait, cancellationToken);
    }

    /// <summary>Says that something became due in this process.</summary>
    public void Wake()
    {
        try
        {
            woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // A wake-up is waiting already.
        }
    }

    /// <inheritdoc />
    public void Dispose() => woken.Dispose();
}
