using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Actions;

namespace Tideway.Cli.Tables;

/// <summary>Shows the files that hold a table's rows.</summary>
internal static class FilesCommand
{
    private static readonly Column[] Columns =
    [
        Column.Of("PATH", "path"),
        Column.Bytes("SIZE", "size"),
        Column.Of("ROWS", "rows"),
        Column.Of("DELETED ROWS", "deleted_rows"),
        Column.Of("PARTITION", "partition_values"),
        Column.Time("MADE", "modification_time"),
    ];

    public static Command Make(CommandSet commands)
    {
        var table = new LocalTable();
        var limit = Symbols.Limit(1000);
        return commands.Leaf(
            "files",
            "Show the data files of a table",
            "tideway table files /srv/tables/orders -o json",
            [table.Path, table.Version, table.Timestamp, limit],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var snapshot = await table.LoadAsync(call, cancellationToken);
                    call.Output.List([.. snapshot.Files.Take(call.Get(limit)).Select(Describe)], Columns);
                    if (snapshot.FileCount > call.Get(limit))
                        call.Output.Message($"These are {call.Get(limit)} of {snapshot.FileCount} files; --limit shows more.");
                })
        );
    }

    private static JsonElement Describe(AddFile file) =>
        JsonSerializer.SerializeToElement(
            new
            {
                path = file.Path,
                size = file.Size,
                rows = file.PhysicalRecords(),
                deleted_rows = file.DeletionVector?.Cardinality,
                partition_values = file.PartitionValues,
                modification_time = file.ModificationTime,
                stats = file.Stats,
            }
        );
}
