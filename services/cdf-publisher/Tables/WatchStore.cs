using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Storage;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Tables;

/// <summary>The tables to watch and who watches them. Leases only spare work: what is announced once stays so without them.</summary>
internal sealed class WatchStore(CdfPublisherDatabase database, TimeProvider time)
{
    /// <summary>
    /// Brings the list of tables up to what is shared, renews the leases of <paramref name="replica"/>, takes free ones up to its fair part and
    /// gives up what it has beyond that. Returns the tables it has.
    /// </summary>
    public async Task<IReadOnlyList<WatchedTable>> RenewAsync(string replica, TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(WatchSql.DeleteUnshared, null, cancellationToken);
        await transaction.ExecuteAsync(WatchSql.InsertMissing, null, cancellationToken);
        await transaction.ExecuteAsync(WatchSql.NoteReplica, new { replica, now }, cancellationToken);
        await transaction.ExecuteAsync(WatchSql.ForgetReplicas, new { before = now - lease }, cancellationToken);
        await transaction.ExecuteAsync(
            WatchSql.Renew,
            new
            {
                replica,
                now,
                until = now + lease,
            },
            cancellationToken
        );

        var fair = FairPart(await CountAsync(transaction, WatchSql.CountTables), await CountAsync(transaction, WatchSql.CountReplicas));
        var mine = await CountAsync(transaction, WatchSql.CountMine);
        if (mine > fair)
            await transaction.ExecuteAsync(WatchSql.Release, new { replica, count = mine - fair }, cancellationToken);
        else if (mine < fair)
            await transaction.ExecuteAsync(
                WatchSql.Claim,
                new
                {
                    replica,
                    now,
                    until = now + lease,
                    count = fair - mine,
                },
                cancellationToken
            );

        var tables = await transaction.QueryAsync<WatchedTable>(WatchSql.Mine, new { replica, now }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return tables;

        Task<long> CountAsync(ServiceTransaction counting, string sql) => counting.QueryFirstOrDefaultAsync<long>(sql, new { replica, now }, cancellationToken);
    }

    /// <summary>Leaves the tables of a replica that stops to the others at once.</summary>
    public async Task ReleaseAsync(string replica, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(WatchSql.ReleaseAll, new { replica }, cancellationToken);
        await transaction.ExecuteAsync(WatchSql.ForgetReplica, new { replica }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A table as it stands now; null where it is not watched.</summary>
    public Task<WatchedTable?> FindAsync(string location, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<WatchedTable>(WatchSql.One, new { location }, cancellationToken);

    /// <summary>Every table that is watched by any replica.</summary>
    public Task<IReadOnlyList<WatchedTable>> ListAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<WatchedTable>(WatchSql.All, null, cancellationToken);

    /// <summary>The tables behind what a share shows under these names; null names mean any.</summary>
    public Task<IReadOnlyList<WatchedTable>> ListAsync(string share, string? schema, string? table, CancellationToken cancellationToken) =>
        database.QueryAsync<WatchedTable>(
            WatchSql.OfShares,
            new
            {
                shareKey = NameKey.Of(share),
                schemaKey = schema is null ? null : NameKey.Of(schema),
                tableKey = table is null ? null : NameKey.Of(table),
            },
            cancellationToken
        );

    /// <summary>Makes the list of tables hold everything that is shared, without waiting for a replica to renew.</summary>
    public async Task AddSharedAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(WatchSql.InsertMissing, null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Notes for the operator that a table cannot be read, or can again where <paramref name="error"/> is null.</summary>
    public async Task NoteAsync(string location, string? error, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(
            error is null ? WatchSql.Recover : WatchSql.Fail,
            new
            {
                location,
                error,
                now = time.GetUtcNow(),
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }

    private static long FairPart(long tables, long replicas) => (tables + Math.Max(1, replicas) - 1) / Math.Max(1, replicas);
}
