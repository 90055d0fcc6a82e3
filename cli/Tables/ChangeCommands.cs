using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>Changes rows of tables: replaces, deletes, updates and merges them.</summary>
internal static class ChangeCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("Version", "version"),
        Column.Of("Inserted", "rows_inserted"),
        Column.Of("Updated", "rows_updated"),
        Column.Of("Deleted", "rows_deleted"),
        Column.Of("Copied", "rows_copied"),
        Column.Of("Files added", "files_added"),
        Column.Of("Files removed", "files_removed"),
        Column.Bytes("Size added", "bytes_added"),
    ];

    public static Command Overwrite(CommandSet commands)
    {
        var (table, source) = (new LocalTable(), new RowSource());
        var where = Symbols.Option("--where", "Replace only the rows for which this holds, as SQL; it must hold for the new rows too", "SQL");
        var partitions = Symbols.Flag("--partitions", "Replace only the partitions that the new rows belong to");
        return commands.Leaf(
            "overwrite",
            "Put the rows of a file or a query in the place of a table's, or of some of them",
            "tideway table overwrite /srv/tables/orders --from corrected.parquet --where \"day = '2026-11-23'\"",
            [table.Path, source.File, source.Sql, where, partitions],
            (call, cancellationToken) =>
                RunAsync(
                    call,
                    table,
                    (writer, connection) =>
                    {
                        var rows = source.Of(call);
                        if (call.Has(where) && call.Get(partitions))
                            throw new CliFailure(ExitCode.Usage, "--where and --partitions cannot both be given.");
                        return call.Get(where) is { } condition ? writer.ReplaceWhereAsync(connection, rows, condition, cancellationToken: cancellationToken)
                            : call.Get(partitions) ? writer.OverwritePartitionsAsync(connection, rows, cancellationToken: cancellationToken)
                            : writer.OverwriteAsync(connection, rows, cancellationToken: cancellationToken);
                    }
                )
        );
    }

    public static Command Delete(CommandSet commands)
    {
        var table = new LocalTable();
        var where = Symbols.Required("--where", "Which rows, as SQL; 'true' for all", "SQL");
        return commands.Leaf(
            "delete",
            "Delete rows of a table",
            "tideway table delete /srv/tables/orders --where \"customer = 4711\"",
            [table.Path, where],
            (call, cancellationToken) =>
                RunAsync(call, table, (writer, connection) => writer.DeleteAsync(connection, call.Get(where)!, cancellationToken: cancellationToken))
        );
    }

    public static Command Update(CommandSet commands)
    {
        var table = new LocalTable();
        var set = Symbols.Many("--set", "A column and its new value as SQL, any number of times", "COLUMN=SQL");
        var where = Symbols.Required("--where", "Which rows, as SQL; 'true' for all", "SQL");
        return commands.Leaf(
            "update",
            "Change rows of a table",
            "tideway table update /srv/tables/orders --set \"state='sent'\" --set \"sent_at=now()\" --where \"id IN (7, 8)\"",
            [table.Path, set, where],
            (call, cancellationToken) =>
                RunAsync(
                    call,
                    table,
                    (writer, connection) =>
                        writer.UpdateAsync(connection, Assignments.Of(call.Get(set) ?? [], "--set"), call.Get(where)!, cancellationToken: cancellationToken)
                )
        );
    }

    public static Command Merge(CommandSet commands)
    {
        var (table, source) = (new LocalTable(), new RowSource());
        var keys = Symbols.Many("--key", "A column that rows are matched by, any number of times", "COLUMN");
        var delete = Symbols.Option("--delete-when", "Delete the match of a new row for which this holds, as SQL on the new rows' columns", "SQL");
        var match = Symbols.Option("--match-when", "A match counts only where this holds, as SQL on s.COLUMN (new) and t.COLUMN (table)", "SQL");
        var insertOnly = Symbols.Flag("--insert-only", "Leave rows that match as they are");
        var updateOnly = Symbols.Flag("--update-only", "Add no rows that match none");
        return commands.Leaf(
            "merge",
            "Merge the rows of a file or a query into a table by key",
            "tideway table merge /srv/tables/orders --from changed.parquet --key id --delete-when \"op = 'D'\"",
            [table.Path, source.File, source.Sql, keys, delete, match, insertOnly, updateOnly],
            (call, cancellationToken) =>
                RunAsync(
                    call,
                    table,
                    (writer, connection) =>
                    {
                        if (call.Get(keys) is not { Length: > 0 } names)
                            throw new CliFailure(ExitCode.Usage, "--key is needed at least once.");
                        if (call.Get(insertOnly) && call.Get(updateOnly))
                            throw new CliFailure(ExitCode.Usage, "--insert-only and --update-only cannot both be given.");
                        var request = new MergeRequest
                        {
                            SourceSql = source.Of(call),
                            Keys = names,
                            DeleteWhenSql = call.Get(delete),
                            MatchWhenSql = call.Get(match),
                            UpdateMatched = !call.Get(insertOnly),
                            InsertUnmatched = !call.Get(updateOnly),
                        };
                        return writer.MergeAsync(connection, request, cancellationToken: cancellationToken);
                    }
                )
        );
    }

    private static Task RunAsync(Call call, LocalTable table, Func<DeltaTableWriter, DuckDbConnection, Task<WriteResult>> work) =>
        LocalTable.GuardAsync(async () =>
        {
            using var spill = new SpillFolder();
            using var database = DuckDbDatabase.Open(new DuckDbOptions { TempDirectory = spill.Path });
            using var connection = database.Connect();
            TableReader.UseUtc(connection);
            Show(call, await work(new DeltaTableWriter(table.Open(call)), connection));
        });

    private static void Show(Call call, WriteResult result)
    {
        call.Output.Item(
            JsonSerializer.SerializeToElement(
                new
                {
                    version = result.Version,
                    rows_inserted = result.RowsInserted,
                    rows_updated = result.RowsUpdated,
                    rows_deleted = result.RowsDeleted,
                    rows_copied = result.RowsCopied,
                    files_added = result.FilesAdded,
                    files_removed = result.FilesRemoved,
                    bytes_added = result.BytesAdded,
                }
            ),
            Columns
        );
        if (result.Commit is null)
            call.Output.Message("There was nothing to do; no version was made.");
    }
}
