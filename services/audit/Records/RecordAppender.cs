using Tideway.Audit.Storage;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Records;

/// <summary>
/// Adds records at the end of the chain, within a transaction of the caller. One for each batch of messages: the end of the chain is read once and
/// then followed in memory.
/// </summary>
internal sealed class RecordAppender(AuditDatabase database, TimeProvider time) : IDisposable
{
    private ServiceTransaction? transaction;
    private RowWriter<AuditRecord>? writer;
    private long lastSequence;
    private byte[] lastHash = [];

    /// <summary>Records those entries whose identity is not on record already. <paramref name="messageId"/> is the identity of one that has none of its own.</summary>
    public async Task AppendAsync(IReadOnlyList<AuditEntry> entries, Guid messageId, ServiceTransaction within, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(transaction, within))
            await FindEndAsync(within, cancellationToken);
        // Looked up before and not left to the insert: a record that is left out has no place in the chain. Nobody else adds one meanwhile.
        var known = await FindKnownAsync(entries.Select(entry => entry.EventId ?? messageId), within, cancellationToken);
        var records = new List<AuditRecord>(entries.Count);
        foreach (var entry in entries)
        {
            if (!known.Add(entry.EventId ?? messageId))
                continue;
            var record = AuditRecordMaking.Make(entry, messageId, lastSequence + 1, lastHash, time.GetUtcNow());
            (lastSequence, lastHash) = (record.Sequence, record.Hash);
            records.Add(record);
            foreach (var requestId in entry.RequestIds.Skip(1))
                await within.ExecuteAsync(
                    RecordSql.InsertFurtherRequest,
                    new { requestId = RecordText.CleanName(requestId), sequence = record.Sequence },
                    cancellationToken
                );
        }

        await writer!.WriteAsync(records, cancellationToken);
        within.OnCommitted(() => Telemetry.Recorded(records));
    }

    public void Dispose() => writer?.Dispose();

    private async Task FindEndAsync(ServiceTransaction within, CancellationToken cancellationToken)
    {
        Dispose();
        if (database.Engine == DatabaseEngine.PostgreSql)
            await within.QueryAsync<string>(RecordSql.LockChain, null, cancellationToken);
        var end = await within.QueryFirstOrDefaultAsync<ChainEnd>(RecordSql.Head, null, cancellationToken) ?? ChainEnd.OfEmpty;
        (lastSequence, lastHash) = (end.Sequence, end.Hash);
        writer = new RowWriter<AuditRecord>(within, RecordTable.Rows);
        transaction = within;
    }

    private async Task<HashSet<Guid>> FindKnownAsync(IEnumerable<Guid> ids, ServiceTransaction within, CancellationToken cancellationToken)
    {
        var texts = ids.Select(id => id.ToString()).ToArray();
        object parameters = database.Engine == DatabaseEngine.PostgreSql ? new { ids = texts } : new { ids = $"[\"{string.Join("\",\"", texts)}\"]" };
        var known = await within.QueryAsync<string>(RecordSql.Known(database.Engine), parameters, cancellationToken);
        return known.Select(Guid.Parse).ToHashSet();
    }
}
