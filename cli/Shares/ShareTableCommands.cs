using System.CommandLine;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Shares;

/// <summary>Which tables a share has.</summary>
internal static class ShareTableCommands
{
    public static Command Add(CommandSet commands)
    {
        var share = Symbols.Text("SHARE", "Name of the share");
        var table = Symbols.Text("TABLE", "Name of the table, such as schema.table");
        var location = Symbols.Required(
            "--location",
            "Folder of the Delta table on the server, as a path or as an address such as file:///srv/tables/orders",
            "FOLDER"
        );
        var alias = Symbols.Option("--as", "schema.table under which recipients see it, where that is another", "NAME");
        var history = Symbols.Flag("--history", "Let recipients read earlier versions");
        var changes = Symbols.Flag("--cdf", "Let recipients read row changes; implies --history");
        var start = Symbols.Number("--start-version", "First version that recipients may see; else the one of now", "VERSION");
        var directory = Symbols.Flag(
            "--directory-access",
            "Let recipients read the table's whole folder with credentials of its store; needs --cdf and --start-version 0"
        );
        var comment = Symbols.Option("--comment", "Free text for people", "TEXT");
        return commands.Leaf(
            "add",
            "Add a table to a share",
            "tideway share add sales public.orders --location file:///srv/tables/orders --cdf",
            [share, table, location, alias, history, changes, start, directory, comment],
            async (call, cancellationToken) =>
            {
                var shared = new
                {
                    name = call.Get(table),
                    data_object_type = "TABLE",
                    shared_as = call.Get(alias),
                    storage_location = FolderAddress.Of(call.Get(location)!),
                    cdf_enabled = call.Get(changes) ? true : (bool?)null,
                    history_data_sharing_status = call.Get(history) || call.Get(changes) ? "ENABLED" : null,
                    start_version = call.Get(start),
                    directory_access_enabled = call.Get(directory) ? true : (bool?)null,
                    comment = call.Get(comment),
                };
                var updated = await ShareObjectUpdate.SendAsync(call, call.Get(share), "ADD", shared, cancellationToken);
                call.Output.Message($"Table '{call.Get(table)}' is in share '{call.Get(share)}'{ShareObjectUpdate.SeenAs(updated, call.Get(table))}.");
            }
        );
    }

    public static Command Remove(CommandSet commands)
    {
        var share = Symbols.Text("SHARE", "Name of the share");
        var table = Symbols.Text("TABLE", "Name of the table as it was added");
        var yes = Symbols.Yes();
        return commands.Leaf(
            "remove",
            "Remove a table from a share; the table itself stays",
            "tideway share remove sales public.orders --yes",
            [share, table, yes],
            async (call, cancellationToken) =>
            {
                call.Confirm(yes, $"Remove table '{call.Get(table)}' from share '{call.Get(share)}'?");
                await ShareObjectUpdate.SendAsync(
                    call,
                    call.Get(share),
                    "REMOVE",
                    new { name = call.Get(table), data_object_type = "TABLE" },
                    cancellationToken
                );
                call.Output.Message($"Table '{call.Get(table)}' is no longer in share '{call.Get(share)}'.");
            }
        );
    }
}
