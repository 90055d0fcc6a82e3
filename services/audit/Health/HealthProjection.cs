using Tideway.Audit.Records;
using Tideway.Audit.Storage;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Health;

/// <summary>
/// Reads the record on from where it left off and keeps the figures that would take too long to read off it each time. Kept off the path on which
/// records are made, so that it costs them nothing.
/// </summary>
internal sealed class HealthProjection(AuditDatabase database)
{
    private const int BatchSize = 2000;

    /// <summary>Brings the figures up to the last record at the time of the call.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var last = await database.QueryFirstOrDefaultAsync<long>(RecordSql.LastSequence, null, cancellationToken);
        while (await database.QueryFirstOrDefaultAsync<long>(HealthSql.Position, null, cancellationToken) < last)
            await ReadOnAsync(last, cancellationToken);
    }

    private async Task ReadOnAsync(long last, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var after = await transaction.QueryFirstOrDefaultAsync<long>(HealthSql.LockPosition(database.Engine), null, cancellationToken);
        var records = await HealthFacts.ReadAsync(transaction, after, last, BatchSize, cancellationToken);
        var accesses = new AccessTally();
        foreach (var record in records)
        {
            if (record.Decision != Decision.None)
                accesses.Add(record);
            else if (SyncChange.Of(record) is { } change)
                await FoldAsync(transaction, record, change, cancellationToken);
        }

        foreach (var row in accesses.Rows)
            await transaction.ExecuteAsync(HealthSql.FoldAccess, row, cancellationToken);
        var position = records.Count > 0 ? records[^1].Sequence : last;
        await transaction.ExecuteAsync(HealthSql.Advance, new { sequence = Math.Max(position, after) }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task FoldAsync(ServiceTransaction transaction, HealthFact record, SyncChange change, CancellationToken cancellationToken)
    {
        var sync = new
        {
            syncId = change.SyncId,
            name = change.SyncName,
            provider = record.ProviderName ?? "",
            share = record.ShareName ?? "",
            schema = record.SchemaName ?? "",
            table = record.TableName ?? "",
        };
        await transaction.ExecuteAsync(HealthSql.AddSync, sync, cancellationToken);
        if (change.Sql is null)
            return;
        var values = new
        {
            syncId = change.SyncId,
            at = record.EventTime,
            remoteVersion = change.RemoteVersion,
            localVersion = change.LocalVersion,
            reason = record.ErrorMessage ?? "",
        };
        await transaction.ExecuteAsync(change.Sql, values, cancellationToken);
    }
}
