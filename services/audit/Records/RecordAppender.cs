using Tideway.Audit.Storage;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Records;

/// <summary>
/// Adds records at the end of the chain, within a transaction of the caller. One for each batch of messages: the end of the chain is read once and
/// then followed in memory.
/// </summary>
internal sealed class RecordAppender(AuditDatabase database, TimeProvider time) : IAsyncDisposable
{
    private ServiceTransaction? transaction;
    private RecordInsert? insert;
    private long lastSequence;
    private byte[] lastHash = [];

    /// <summary>Records <paramref name="entry"/> unless its identity is on record already. <paramref name="messageId"/> is its identity where it has none of its own.</summary>
    public async Task AppendAsync(AuditEntry entry, Guid messageId, ServiceTransaction within, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(transaction, within))
            await FindEndAsync(within, cancellationToken);
        var record = AuditRecordMaking.Make(entry, messageId, lastSequence + 1, lastHash, time.GetUtcNow());
        if (!await insert!.RunAsync(record, cancellationToken))
            return;
        foreach (var requestId in entry.RequestIds.Skip(1))
            await within.ExecuteAsync(
                RecordSql.InsertFurtherRequest,
                new { requestId = RecordText.CleanName(requestId), sequence = record.Sequence },
                cancellationToken
            );
        (lastSequence, lastHash) = (record.Sequence, record.Hash);
        within.OnCommitted(() => Telemetry.Recorded(record));
    }

    public async ValueTask DisposeAsync()
    {
        if (insert is not null)
            await insert.DisposeAsync();
    }

    private async Task FindEndAsync(ServiceTransaction within, CancellationToken cancellationToken)
    {
        await DisposeAsync();
        if (database.Engine == DatabaseEngine.PostgreSql)
            await within.QueryAsync<string>(RecordSql.LockChain, null, cancellationToken);
        var end = await within.QueryFirstOrDefaultAsync<ChainEnd>(RecordSql.Head, null, cancellationToken) ?? ChainEnd.OfEmpty;
        (lastSequence, lastHash) = (end.Sequence, end.Hash);
        insert = await RecordInsert.PrepareAsync(within, cancellationToken);
        transaction = within;
    }
}
