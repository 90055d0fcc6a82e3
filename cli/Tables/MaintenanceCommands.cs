using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Maintenance;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>Keeps tables in order: fewer and larger files, no files that nobody needs, checkpoints; and takes a table back.</summary>
internal static class MaintenanceCommands
{
    private static readonly Column[] OptimizeColumns =
    [
        Column.Of("Version", "version"),
        Column.Of("Groups", "groups"),
        Column.Of("Groups skipped", "groups_skipped"),
        Column.Of("Files removed", "files_removed"),
        Column.Of("Files added", "files_added"),
        Column.Bytes("Size before", "bytes_removed"),
        Column.Bytes("Size after", "bytes_added"),
        Column.Of("Dry run", "dry_run"),
    ];

    private static readonly Column[] VacuumColumns =
    [
        Column.Of("Version", "version"),
        Column.Of("Files", "files"),
        Column.Bytes("Size", "bytes"),
        Column.Of("Files kept", "files_kept"),
        Column.Time("Older than", "cutoff"),
        Column.Of("Dry run", "dry_run"),
    ];

    private static readonly Column[] RestoreColumns =
    [
        Column.Of("Version", "version"),
        Column.Of("Restored version", "restored_version"),
        Column.Of("Files restored", "files_restored"),
        Column.Of("Files removed", "files_removed"),
        Column.Of("Dry run", "dry_run"),
    ];

    public static Command Optimize(CommandSet commands)
    {
        var table = new LocalTable();
        var where = Symbols.Option("--where", "Only partitions for which this holds, such as \"day >= '2026-01-01'\"", "CONDITION");
        var size = Bytes("--target-size", "Size of the files to make, such as 256mb; else the table's, else 128mb");
        var dryRun = PlanOutput.DryRun();
        return commands.Leaf(
            "optimize",
            "Write small files, and files with deleted rows, together into larger ones",
            "tideway table optimize /srv/tables/orders --where \"day = '2026-11-24'\"",
            [table.Path, where, size, dryRun],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    using var database = DuckDbDatabase.Open();
                    using var connection = database.Connect();
                    var options = new OptimizeOptions
                    {
                        PartitionSql = call.Get(where),
                        TargetFileBytes = call.Get(size),
                        DryRun = call.Get(dryRun),
                        Progress = Progress<OptimizeProgress>(
                            call,
                            step => $"{step.GroupsDone} of {step.Groups} groups, {BytesText.Of(step.BytesDone)} of {BytesText.Of(step.Bytes)}"
                        ),
                    };
                    var result = await new TableOptimizer(table.Open(call)).RunAsync(connection, options, cancellationToken);
                    call.Output.Item(
                        JsonSerializer.SerializeToElement(
                            new
                            {
                                version = result.Version,
                                groups = result.Groups,
                                groups_skipped = result.GroupsSkipped,
                                files_removed = result.FilesRemoved,
                                files_added = result.FilesAdded,
                                bytes_removed = result.BytesRemoved,
                                bytes_added = result.BytesAdded,
                                dry_run = call.Get(dryRun),
                            }
                        ),
                        OptimizeColumns
                    );
                })
        );
    }

    public static Command Vacuum(CommandSet commands)
    {
        var table = new LocalTable();
        var retain = Symbols.Duration("--retain", "Keep files that were needed within this time, such as 7d; else as long as the table says");
        var force = Symbols.Flag("--force", "Allow a shorter time than the table's; nobody may be reading or writing then");
        var dryRun = PlanOutput.DryRun();
        var yes = Symbols.Yes();
        return commands.Leaf(
            "vacuum",
            "Delete files of a table's folder that no version needs any more",
            "tideway table vacuum /srv/tables/orders --retain 14d --dry-run",
            [table.Path, retain, force, dryRun, yes],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var isDryRun = call.Get(dryRun);
                    if (!isDryRun)
                        call.Confirm(yes, $"Delete the files of {call.Get(table.Path)} that are no longer needed? Older versions cannot be read afterwards.");
                    var options = new VacuumOptions
                    {
                        Retention = call.Get(retain),
                        Force = call.Get(force),
                        DryRun = isDryRun,
                        OnFile = isDryRun && !call.Output.IsJson ? file => call.Output.Message($"{file.Key} ({BytesText.Of(file.Size)})") : null,
                        Progress = Progress<long>(call, looked => $"{looked} files looked at"),
                    };
                    var result = await new TableVacuum(table.Open(call)).RunAsync(options, cancellationToken);
                    call.Output.Item(
                        JsonSerializer.SerializeToElement(
                            new
                            {
                                version = result.Version,
                                files = result.Files,
                                bytes = result.Bytes,
                                files_kept = result.FilesKept,
                                cutoff = result.Cutoff.UtcDateTime,
                                dry_run = isDryRun,
                            }
                        ),
                        VacuumColumns
                    );
                })
        );
    }

    public static Command Checkpoint(CommandSet commands)
    {
        var table = new LocalTable();
        return commands.Leaf(
            "checkpoint",
            "Write a checkpoint of the latest version, so that it opens faster, and delete what of the log has expired",
            "tideway table checkpoint /srv/tables/orders",
            [table.Path],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var delta = table.Open(call);
                    var version = await delta.LatestVersionAsync(cancellationToken);
                    await delta.WriteCheckpointAsync(version, cancellationToken);
                    call.Output.Item(JsonSerializer.SerializeToElement(new { version }), Column.Of("Version", "version"));
                })
        );
    }

    public static Command Restore(CommandSet commands)
    {
        var (table, dryRun) = (new LocalTable(), PlanOutput.DryRun());
        var yes = Symbols.Yes();
        return commands.Leaf(
            "restore",
            "Make an older version of a table the latest one again",
            "tideway table restore /srv/tables/orders --version 12",
            [table.Path, table.Version, table.Timestamp, dryRun, yes],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    if (!call.Has(table.Version) && !call.Has(table.Timestamp))
                        throw new CliFailure(ExitCode.Usage, "Which version is to be restored? Give --version or --timestamp.");
                    var version = await table.FindVersionAsync(call, cancellationToken);
                    var isDryRun = call.Get(dryRun);
                    if (!isDryRun)
                        call.Confirm(yes, $"Restore version {version} of {call.Get(table.Path)}?");
                    var options = new RestoreOptions
                    {
                        DryRun = isDryRun,
                        OnFile =
                            isDryRun && !call.Output.IsJson
                                ? (file, comes) => call.Output.Message($"{(comes ? '+' : '-')} {file.Path} ({BytesText.Of(file.Size)})")
                                : null,
                    };
                    var result = await new TableRestore(table.Open(call)).RunAsync(version!.Value, options, cancellationToken);
                    var item = JsonSerializer.SerializeToElement(
                        new
                        {
                            version = result.Commit?.Version,
                            restored_version = version,
                            files_restored = result.FilesRestored,
                            files_removed = result.FilesRemoved,
                            dry_run = isDryRun,
                            changes = PlanOutput.Describe(result.Changes),
                        }
                    );
                    call.Output.Item(item, RestoreColumns);
                    PlanOutput.Changes(call, item);
                })
        );
    }

    private static Option<long?> Bytes(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "SIZE",
            CustomParser = result =>
            {
                if (ByteText.Parse(result.Tokens[^1].Value) is > 0 and var bytes)
                    return bytes;
                result.AddError($"{name} must be a size such as 128mb or 1g; got '{result.Tokens[^1].Value}'.");
                return null;
            },
        };

    // People see how far it got; programs only the result.
    private static MessageProgress<T>? Progress<T>(Call call, Func<T, string> text) =>
        call.Environment.IsInteractive ? new MessageProgress<T>(step => call.Output.Message(text(step))) : null;

    private sealed class MessageProgress<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
