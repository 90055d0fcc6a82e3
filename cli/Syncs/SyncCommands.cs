using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Syncs;

/// <summary>What comes in: a table of a provider into one of ours.</summary>
internal static class SyncCommands
{
    public const string Path = "/api/tideway/v1/syncs";

    public static readonly Column[] RunColumns =
    [
        Column.Of("RUN", "run_id"),
        Column.Of("STATE", "state"),
        Column.Of("TRIGGER", "trigger"),
        Column.Time("STARTED", "started_at"),
        Column.Time("FINISHED", "finished_at"),
        Column.Of("FROM", "from_version"),
        Column.Of("TO", "to_version"),
        Column.Of("FILES", "files_done"),
        Column.Bytes("SIZE", "bytes_done"),
        Column.Of("REASON", "reason"),
    ];

    private static readonly Column[] ListColumns =
    [
        Column.Of("NAME", "name"),
        Column.Of("STATUS", "status"),
        Column.Of("PROVIDER", "provider"),
        new("TABLE", sync => string.Join('.', new[] { "share", "schema", "table" }.Select(part => Column.Find(sync, part)?.GetString()))),
        Column.Of("MODE", "mode"),
        Column.Of("VERSION", "remote_version"),
        Column.Time("SYNCED", "synced_at"),
    ];

    private static readonly Column[] ItemColumns =
    [
        Column.Of("Name", "name"),
        Column.Of("Id", "id"),
        Column.Of("Status", "status"),
        Column.Of("Provider", "provider"),
        Column.Of("Share", "share"),
        Column.Of("Schema", "schema"),
        Column.Of("Table", "table"),
        Column.Of("Mode", "mode"),
        Column.Of("Keys", "keys"),
        Column.Of("Target", "target"),
        Column.Of("Interval (s)", "interval_seconds"),
        Column.Of("Remote version", "remote_version"),
        Column.Time("Synced", "synced_at"),
        Column.Time("Next", "due_at"),
        Column.Of("Last run", "last_run.state"),
        Column.Of("Reason", "last_run.reason"),
    ];

    public static Command Make(CommandSet commands) =>
        CommandSet.Group(
            "sync",
            "Syncs: bring tables of providers into tables of ours",
            Create(commands),
            List(commands),
            RunCommand.Make(commands),
            Status(commands),
            Runs(commands),
            Delete(commands)
        );

    private static Command Create(CommandSet commands)
    {
        var name = Symbols.Name("sync");
        var provider = Symbols.Required("--provider", "Name of the provider", "NAME");
        var share = Symbols.Required("--share", "Share of the provider", "NAME");
        var schema = Symbols.Required("--schema", "Schema in the share", "NAME");
        var table = Symbols.Required("--table", "Table in the schema", "NAME");
        var mode = new Option<string>("--mode")
        {
            Description = "mirror repeats the table version by version; merge applies row changes by key",
            HelpName = "mirror|merge",
            Required = true,
        }.AcceptOnlyFromAmong("mirror", "merge");
        var keys = Symbols.Many("--key", "A column that identifies a row with the others given, for merge", "COLUMN");
        var target = Symbols.Required(
            "--target",
            "Folder of our table on the server, as a path or as an address such as file:///srv/received/orders",
            "FOLDER"
        );
        var interval = Symbols.Duration("--interval", "How often to look where no notice comes");
        var noCheck = Symbols.Flag("--no-check", "Do not ask the provider whether the table and the key columns are there");
        return commands.Leaf(
            "create",
            "Bring a table of a provider in, and keep it up to date",
            "tideway sync create orders --provider acme --share sales --schema public --table orders --mode merge --key id --target file:///srv/received/orders",
            [name, provider, share, schema, table, mode, keys, target, interval, noCheck],
            async (call, cancellationToken) =>
            {
                var body = new
                {
                    name = call.Get(name),
                    provider = call.Get(provider),
                    share = call.Get(share),
                    schema = call.Get(schema),
                    table = call.Get(table),
                    mode = call.Get(mode),
                    keys = call.Get(keys),
                    target = FolderAddress.Of(call.Get(target)!),
                    interval_seconds = (long?)call.Get(interval)?.TotalSeconds,
                };
                var created = call.Get(noCheck)
                    ? await call.Api.SendAsync(HttpMethod.Post, $"{Path:raw}?validate=false", body, cancellationToken)
                    : await call.Api.SendAsync(HttpMethod.Post, $"{Path:raw}", body, cancellationToken);
                call.Output.Item(created, ItemColumns);
            }
        );
    }

    private static Command List(CommandSet commands) =>
        commands.Leaf(
            "list",
            "List the syncs",
            "tideway sync list",
            [],
            async (call, cancellationToken) => call.Output.List(await call.Api.ListAsync($"{Path:raw}", "syncs", cancellationToken), ListColumns)
        );

    private static Command Status(CommandSet commands)
    {
        var name = Symbols.Name("sync");
        return commands.Leaf(
            "status",
            "Show a sync and how its last run ended",
            "tideway sync status orders",
            [name],
            async (call, cancellationToken) => call.Output.Item(await call.Api.GetAsync($"{Path:raw}/{call.Get(name)}", cancellationToken), ItemColumns)
        );
    }

    private static Command Runs(CommandSet commands)
    {
        var name = Symbols.Name("sync");
        var limit = Symbols.Limit(20);
        return commands.Leaf(
            "runs",
            "List the runs of a sync, newest first",
            "tideway sync runs orders --limit 5",
            [name, limit],
            async (call, cancellationToken) =>
                call.Output.List(await call.Api.ListAsync($"{Path:raw}/{call.Get(name)}/runs", "runs", cancellationToken, call.Get(limit)), RunColumns)
        );
    }

    private static Command Delete(CommandSet commands)
    {
        var name = Symbols.Name("sync");
        var yes = Symbols.Yes();
        return commands.Leaf(
            "delete",
            "Delete a sync; the table it wrote stays",
            "tideway sync delete orders --yes",
            [name, yes],
            async (call, cancellationToken) =>
            {
                call.Confirm(yes, $"Delete sync '{call.Get(name)}'? The table it wrote stays.");
                await call.Api.SendAsync(HttpMethod.Delete, $"{Path:raw}/{call.Get(name)}", null, cancellationToken);
                call.Output.Message($"Sync '{call.Get(name)}' is deleted.");
            }
        );
    }
}
