using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>Shows rows of a table.</summary>
internal static class RowsCommand
{
    public static Command Make(CommandSet commands)
    {
        var table = new LocalTable();
        var limit = Symbols.Limit(20);
        var where = Symbols.Option("--where", "Only rows for which this holds, as SQL", "SQL");
        var columns = Symbols.Many("--column", "Only this column, any number of times", "NAME");
        return commands.Leaf(
            "rows",
            "Show rows of a table",
            "tideway table rows /srv/tables/orders --where \"country = 'DE'\" --limit 5",
            [table.Path, table.Version, table.Timestamp, where, columns, limit],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var snapshot = await table.LoadAsync(call, cancellationToken);
                    var wanted = call.Get(columns) is { Length: > 0 } names ? names : null;
                    if (wanted?.FirstOrDefault(name => snapshot.Schema.Find(name) is null) is { } unknown)
                        throw new CliFailure(
                            ExitCode.Usage,
                            $"The table has no column '{unknown}'; it has {string.Join(", ", snapshot.Schema.Fields.Select(field => field.Name))}."
                        );
                    var options = new ScanOptions { WhereSql = call.Get(where), Columns = wanted };
                    var sql = await new TableReader(table.Open(call).Store).ScanSqlAsync(snapshot, options, cancellationToken);
                    var shown = wanted ?? [.. snapshot.Schema.Fields.Select(field => field.Name)];
                    call.Output.List(Read(sql, call.Get(limit), cancellationToken), [.. shown.Select(Field)]);
                })
        );
    }

    private static List<JsonElement> Read(string sql, int limit, CancellationToken cancellationToken)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        TableReader.UseUtc(connection);
        var rows = new List<JsonElement>();
        using var result = connection.Query($"SELECT CAST(to_json(r) AS VARCHAR) FROM ({sql}) r LIMIT {limit}", cancellationToken);
        foreach (var chunk in result.Chunks(cancellationToken))
        {
            for (var row = 0; row < chunk.RowCount; row++)
                rows.Add(JsonElement.Parse(chunk.Column(0).String(row)));
        }

        return rows;
    }

    // A name may hold a dot, so it is no path.
    private static Column Field(string name) => new(name, row => row.TryGetProperty(name, out var value) ? Column.Plain(value) : "");
}
