using Tideway.DeltaLog;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.TwoOrganisations;

/// <summary>Skylane's table: every flight with a number, partitioned by month, with its row changes.</summary>
internal sealed class Flights(DuckDbDatabase database, string file, string folder)
{
    /// <summary>The day that is not there yet when the exchange begins.</summary>
    public const string LaterDay = "2001-06-30";

    private const int Months = 6;

    private readonly DeltaTable table = Tables.Open(folder);

    /// <summary>Creates the table and commits it month by month, up to the later day.</summary>
    public async Task<long> CreateAsync(CancellationToken cancellationToken)
    {
        using var connection = Tables.Connect(database);
        var writer = new DeltaTableWriter(table);
        var schema = DuckDbTypes.SchemaOf(connection, Select("false"));
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["delta.enableChangeDataFeed"] = "true" };
        await writer.CreateAsync(schema, ["month"], properties, cancellationToken: cancellationToken);
        var version = 0L;
        for (var month = 1; month <= Months; month++)
            version = (
                await writer.AppendAsync(connection, Select($"month(date) = {month} AND date < '{LaterDay}'"), cancellationToken: cancellationToken)
            ).Version;
        return version;
    }

    /// <summary>
    /// The later day: its flights are new, late reports correct the delays of the day before, and flights of that day that were reported by
    /// mistake are withdrawn.
    /// </summary>
    public async Task<WriteResult> CommitLaterDayAsync(CancellationToken cancellationToken)
    {
        using var connection = Tables.Connect(database);
        var source = $"""
            SELECT *, false AS withdrawn FROM ({Select($"date >= '{LaterDay}'")})
            UNION ALL BY NAME
            SELECT * REPLACE (delay + 5 AS delay), flight_id % 10 = 0 AS withdrawn
            FROM ({Select($"date >= DATE '{LaterDay}' - 1 AND date < '{LaterDay}'")}) WHERE flight_id % 5 = 0
            """;
        return await new DeltaTableWriter(table).MergeAsync(
            connection,
            new MergeRequest
            {
                SourceSql = source,
                Keys = ["flight_id"],
                DeleteWhenSql = "withdrawn",
            },
            cancellationToken: cancellationToken
        );
    }

    private string Select(string where) =>
        $"""
            SELECT flight_id, date::TIMESTAMPTZ AS departure, delay, distance, origin, destination, strftime(date, '%Y-%m') AS month
            FROM (SELECT row_number() OVER () AS flight_id, * FROM read_parquet({SqlText.Literal(file)})) WHERE {where}
            """;
}
