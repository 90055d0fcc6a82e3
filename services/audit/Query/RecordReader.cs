using System.Runtime.CompilerServices;
using System.Text;
using Dapper;
using Tideway.Audit.Records;
using Tideway.Audit.Storage;

namespace Tideway.Audit.Query;

/// <summary>Finds records.</summary>
internal sealed class RecordReader(AuditDatabase database)
{
    private const int ExportPage = 1000;

    /// <summary>Up to <paramref name="limit"/> records by the time of their events.</summary>
    public Task<IReadOnlyList<AuditRecord>> PageAsync(RecordFilter filter, bool ascending, PagePosition? after, int limit, CancellationToken cancellationToken)
    {
        var sql = new StringBuilder("SELECT ").Append(RecordSql.Columns).Append(" FROM audit_record WHERE 1 = 1");
        var parameters = new DynamicParameters();
        parameters.Add("limit", limit);
        filter.AppendTo(sql, parameters);
        if (after is { } position)
        {
            sql.Append(ascending ? " AND (event_time, sequence) > (@afterTime, @afterSequence)" : " AND (event_time, sequence) < (@afterTime, @afterSequence)");
            parameters.Add("afterTime", position.EventTime);
            parameters.Add("afterSequence", position.Sequence);
        }

        sql.Append(ascending ? " ORDER BY event_time, sequence" : " ORDER BY event_time DESC, sequence DESC").Append(" LIMIT @limit");
        return database.QueryAsync<AuditRecord>(sql.ToString(), parameters, cancellationToken);
    }

    public Task<AuditRecord?> FindAsync(Guid eventId, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<AuditRecord>(RecordSql.Find, new { id = eventId }, cancellationToken);

    public Task<long> LastSequenceAsync(CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<long>(RecordSql.LastSequence, null, cancellationToken);

    /// <summary>
    /// Records in the order in which they were made, after <paramref name="afterSequence"/> up to the last one at the time of the call. Read page
    /// by page, so that a long export holds no transaction open.
    /// </summary>
    public async IAsyncEnumerable<AuditRecord> ExportAsync(
        RecordFilter filter,
        long afterSequence,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var last = await LastSequenceAsync(cancellationToken);
        var sql = new StringBuilder("SELECT ").Append(RecordSql.Columns).Append(" FROM audit_record WHERE sequence > @after AND sequence <= @last");
        var parameters = new DynamicParameters();
        filter.AppendTo(sql, parameters);
        sql.Append(" ORDER BY sequence LIMIT @limit");
        parameters.Add("last", last);
        parameters.Add("limit", ExportPage);
        while (true)
        {
            parameters.Add("after", afterSequence);
            var page = await database.QueryAsync<AuditRecord>(sql.ToString(), parameters, cancellationToken);
            foreach (var record in page)
                yield return record;
            if (page.Count < ExportPage)
                yield break;
            afterSequence = page[^1].Sequence;
        }
    }
}
