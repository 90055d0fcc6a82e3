using Tideway.Hosting.Database;
using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.Syncs;

/// <summary>Syncs in the service's database.</summary>
public sealed class SqlSyncStore(InboundSyncDatabase database) : ISyncStore
{
    /// <inheritdoc />
    public async Task<bool> AddAsync(ServiceTransaction transaction, Sync sync, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            SyncSql.Insert,
            new
            {
                sync.SyncId,
                sync.Name,
                NameKey = sync.Name.ToLowerInvariant(),
                sync.ProviderId,
                sync.Share,
                sync.SchemaName,
                sync.TableName,
                RemoteKey = Sync.RemoteKey(sync.Share, sync.SchemaName, sync.TableName),
                sync.Mode,
                sync.KeyColumns,
                sync.TargetLocation,
                sync.TargetRoot,
                sync.IntervalSeconds,
                sync.DueAt,
                sync.DueTrigger,
                sync.CreatedAt,
                sync.CreatedBy,
            },
            cancellationToken
        ) == 1;

    /// <inheritdoc />
    public Task<Sync?> FindAsync(string name, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<Sync>(SyncSql.Find, new { key = name.ToLowerInvariant() }, cancellationToken);

    /// <inheritdoc />
    public Task<Sync?> FindAsync(Guid syncId, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<Sync>(SyncSql.FindById, new { id = syncId }, cancellationToken);

    /// <inheritdoc />
    public Task<Sync?> FindByTargetAsync(string target, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<Sync>(SyncSql.FindByTarget, new { target }, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Sync>> ListAsync(string afterKey, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<Sync>(SyncSql.Page, new { after = afterKey, limit }, cancellationToken);

    /// <inheritdoc />
    public Task DeleteAsync(ServiceTransaction transaction, Guid syncId, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(SyncSql.Delete, new { id = syncId }, cancellationToken);

    /// <inheritdoc />
    public Task MakeDueAsync(ServiceTransaction transaction, Guid syncId, string trigger, DateTimeOffset now, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            SyncSql.MakeDue,
            new
            {
                id = syncId,
                trigger,
                now,
            },
            cancellationToken
        );

    /// <inheritdoc />
    public Task MakeFailingDueAsync(ServiceTransaction transaction, Guid providerId, DateTimeOffset now, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            SyncSql.MakeFailingDue,
            new
            {
                providerId,
                trigger = SyncTrigger.Recovery,
                now,
            },
            cancellationToken
        );

    /// <inheritdoc />
    public Task<int> MakeDueAsync(
        ServiceTransaction transaction,
        Guid providerId,
        string share,
        string schema,
        string table,
        string trigger,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        transaction.ExecuteAsync(
            SyncSql.MakeDueByRemote,
            new
            {
                providerId,
                remoteKey = Sync.RemoteKey(share, schema, table),
                trigger,
                now,
            },
            cancellationToken
        );
}
