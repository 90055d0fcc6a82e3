using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.TwoOrganisations;

/// <summary>What Harbor makes of its copy of the flights: how likely a delay is, by origin, destination and hour.</summary>
internal static class DelayRisk
{
    public static async Task<WriteResult> ComputeAsync(DuckDbDatabase database, string flightsFolder, string riskFolder, CancellationToken cancellationToken)
    {
        using var connection = Tables.Connect(database);
        var flights = Tables.Open(flightsFolder);
        var scan = await new TableReader(flights.Store).ScanSqlAsync(
            await flights.LoadAsync(cancellationToken: cancellationToken),
            cancellationToken: cancellationToken
        );
        var select = $"""
            SELECT origin, destination, hour(departure)::INTEGER AS departure_hour, count(*) AS flights,
                round(avg(delay), 3) AS mean_delay, quantile_disc(delay, 0.9)::BIGINT AS delay_p90,
                round(count(*) FILTER (delay > 15) / count(*), 4) AS risk_over_15_minutes
            FROM ({scan}) GROUP BY ALL
            """;
        var writer = new DeltaTableWriter(Tables.Open(riskFolder));
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["delta.enableChangeDataFeed"] = "true" };
        await writer.CreateAsync(DuckDbTypes.SchemaOf(connection, select), [], properties, cancellationToken: cancellationToken);
        return await writer.AppendAsync(connection, select, cancellationToken: cancellationToken);
    }
}
