using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>Shows rows of a table.</summary>
internal static class RowsCommand
{
    public static Command Make(CommandSet commands)
    {
        var table = new LocalTable();
        var condition = new RowCondition();
        var output = new RowOutput();
        var columns = Symbols.Many("--column", "Only this column, any number of times", "NAME");
        return commands.Leaf(
            "rows",
            "Show rows of a table, or write them all as CSV, JSON or Parquet",
            "tideway table rows /srv/tables/orders --where \"country = 'DE'\" --output parquet --out orders.parquet",
            [table.Path, table.Version, table.Timestamp, condition.Where, columns, output.Limit, output.Out, output.Compression, table.FilesOutside],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var where = condition.Of(call, cancellationToken);
                    await using var writing = output.Begin(call, table.Folders(call));
                    var snapshot = await table.LoadAsync(call, cancellationToken);
                    var wanted = call.Get(columns) is { Length: > 0 } names ? ColumnNames.Of(snapshot.Schema, names) : null;
                    var reader = table.Reader(call);
                    var sql = await reader.ScanSqlAsync(snapshot, new ScanOptions { WhereSql = where, Columns = wanted }, cancellationToken);
                    var shown = wanted ?? [.. snapshot.Schema.Fields.Select(field => field.Name)];
                    try
                    {
                        await writing.WriteAsync(sql, shown, cancellationToken);
                    }
                    catch (DuckDbException exception) when (exception.Error is DuckDbError.Io or DuckDbError.Http)
                    {
                        reader.RequireFiles(snapshot);
                        throw;
                    }
                }),
            formats: RowFormats.All
        );
    }
}
