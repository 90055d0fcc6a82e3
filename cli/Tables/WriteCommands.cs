using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>Makes tables and adds rows to them, for trying out and for small feeds.</summary>
internal static class WriteCommands
{
    private const string ChangeDataFeed = "delta.enableChangeDataFeed";

    private static readonly Column[] Columns =
    [
        Column.Of("Version", "version"),
        Column.Of("Rows", "rows"),
        Column.Of("Files", "files"),
        Column.Bytes("Size", "bytes"),
    ];

    public static Command Create(CommandSet commands)
    {
        var table = new LocalTable();
        var source = new RowSource();
        var partition = Symbols.Many("--partition", "Partition by this column and the others given, outermost first", "COLUMN");
        var changes = Symbols.Flag("--cdf", "Record row changes from the start");
        var given = Symbols.Many("--property", "A property of the table, such as delta.constraints.positive=\"amount > 0\", any number of times", "NAME=VALUE");
        return commands.Leaf(
            "create",
            "Make a table out of the rows of a file or a query",
            "tideway table create /srv/tables/orders --from orders.parquet --partition country --cdf",
            [table.Path, source.File, source.Sql, partition, changes, given],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var sql = source.Of(call);
                    using var database = DuckDbDatabase.Open();
                    using var connection = database.Connect();
                    TableReader.UseUtc(connection);
                    var schema = DuckDbTypes.SchemaOf(connection, sql);
                    var partitions = call.Get(partition) ?? [];
                    if (partitions.FirstOrDefault(name => schema.Fields.All(field => field.Name != name)) is { } unknown)
                        throw new CliFailure(
                            ExitCode.Usage,
                            $"--partition: the rows have no column '{unknown}'; they have {string.Join(", ", schema.Fields.Select(field => field.Name))}."
                        );
                    if (partitions.Length == schema.Fields.Count)
                        throw new CliFailure(ExitCode.Usage, "--partition: one column at least must be left that the table is not partitioned by.");
                    var properties = call.Get(given) is { Length: > 0 } pairs
                        ? Assignments.Of(pairs, "--property")
                        : new Dictionary<string, string>(StringComparer.Ordinal);
                    if (call.Get(changes))
                        properties[ChangeDataFeed] = "true";
                    var writer = new DeltaTableWriter(table.Open(call));
                    await writer.CreateAsync(schema, partitions, properties, cancellationToken: cancellationToken);
                    Show(call, await FillAsync(call, table, () => writer.AppendAsync(connection, sql, cancellationToken: cancellationToken)));
                })
        );
    }

    public static Command Append(CommandSet commands)
    {
        var table = new LocalTable();
        var source = new RowSource();
        return commands.Leaf(
            "append",
            "Add the rows of a file or a query to a table",
            "tideway table append /srv/tables/orders --sql \"SELECT * FROM 'more/*.parquet'\"",
            [table.Path, source.File, source.Sql],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var sql = source.Of(call);
                    using var database = DuckDbDatabase.Open();
                    using var connection = database.Connect();
                    Show(call, await new DeltaTableWriter(table.Open(call)).AppendAsync(connection, sql, cancellationToken: cancellationToken));
                })
        );
    }

    // The table is there by now: without a word, trying again would only meet that it exists.
    private static async Task<WriteResult> FillAsync(Call call, LocalTable table, Func<Task<WriteResult>> fill)
    {
        try
        {
            return await fill();
        }
        catch (Exception exception) when (exception is DeltaLogException or DuckDbException)
        {
            call.Output.Message($"The table {call.Get(table.Path)} is made but has no rows; add some with 'tideway table append', or delete its folder.");
            throw;
        }
    }

    private static void Show(Call call, WriteResult result) =>
        call.Output.Item(
            JsonSerializer.SerializeToElement(
                new
                {
                    version = result.Version,
                    rows = result.RowsInserted,
                    files = result.FilesAdded,
                    bytes = result.BytesAdded,
                }
            ),
            Columns
        );
}
