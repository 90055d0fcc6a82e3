using Tideway.Audit.Storage;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Health;

/// <summary>Puts the state of both directions together.</summary>
internal sealed class HealthReader(AuditDatabase database, HealthProjection projection, TimeProvider time)
{
    private const int Most = 1000;

    public async Task<HealthSummary> ReadAsync(bool outbound, bool inbound, CancellationToken cancellationToken)
    {
        await projection.CatchUpAsync(cancellationToken);
        var now = time.GetUtcNow();
        return new HealthSummary(
            now,
            outbound ? await OutboundAsync(DatabaseTime.ToMicroseconds(now.AddDays(-1)), cancellationToken) : null,
            inbound ? new InboundHealth(await SyncsAsync(cancellationToken)) : null
        );
    }

    private async Task<OutboundHealth> OutboundAsync(long since, CancellationToken cancellationToken)
    {
        var counts = await database.QueryFirstOrDefaultAsync<RefusedCounts>(HealthSql.RefusedCount, new { since }, cancellationToken);
        return new OutboundHealth(
            await database.QueryAsync<AccessHealth>(HealthSql.Accesses, new { limit = Most }, cancellationToken),
            counts?.Refused ?? 0,
            counts?.Failed ?? 0,
            await database.QueryAsync<Refusals>(HealthSql.Refusals, new { since, limit = Most }, cancellationToken)
        );
    }

    private Task<IReadOnlyList<SyncHealth>> SyncsAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<SyncHealth>(HealthSql.Syncs, new { limit = Most }, cancellationToken);

    private sealed record RefusedCounts
    {
        public long Refused { get; init; }

        public long Failed { get; init; }
    }
}
