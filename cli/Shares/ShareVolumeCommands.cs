using System.CommandLine;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Shares;

/// <summary>Which volumes a share has.</summary>
internal static class ShareVolumeCommands
{
    public static Command Add(CommandSet commands)
    {
        var share = Symbols.Text("SHARE", "Name of the share");
        var volume = Symbols.Text("VOLUME", "Name of the volume, such as schema.volume");
        var location = Symbols.Required(
            "--location",
            "Folder on the server whose files are shared, as a path or as an address such as file:///srv/lake/manuals",
            "FOLDER"
        );
        var alias = Symbols.Option("--as", "schema.volume under which recipients see it, where that is another", "NAME");
        var comment = Symbols.Option("--comment", "Free text for people", "TEXT");
        return commands.Leaf(
            "add-volume",
            "Add a volume, a folder with files of any kind, to a share",
            "tideway share add-volume sales public.manuals --location file:///srv/lake/manuals",
            [share, volume, location, alias, comment],
            async (call, cancellationToken) =>
            {
                var shared = new
                {
                    name = call.Get(volume),
                    data_object_type = "VOLUME",
                    shared_as = call.Get(alias),
                    storage_location = FolderAddress.Of(call.Get(location)!),
                    comment = call.Get(comment),
                };
                var updated = await ShareObjectUpdate.SendAsync(call, call.Get(share), "ADD", shared, cancellationToken);
                call.Output.Message($"Volume '{call.Get(volume)}' is in share '{call.Get(share)}'{ShareObjectUpdate.SeenAs(updated, call.Get(volume))}.");
            }
        );
    }

    public static Command Remove(CommandSet commands)
    {
        var share = Symbols.Text("SHARE", "Name of the share");
        var volume = Symbols.Text("VOLUME", "Name of the volume as it was added");
        var yes = Symbols.Yes();
        return commands.Leaf(
            "remove-volume",
            "Remove a volume from a share; the files themselves stay",
            "tideway share remove-volume sales public.manuals --yes",
            [share, volume, yes],
            async (call, cancellationToken) =>
            {
                call.Confirm(yes, $"Remove volume '{call.Get(volume)}' from share '{call.Get(share)}'?");
                var removed = new { name = call.Get(volume), data_object_type = "VOLUME" };
                await ShareObjectUpdate.SendAsync(call, call.Get(share), "REMOVE", removed, cancellationToken);
                call.Output.Message($"Volume '{call.Get(volume)}' is no longer in share '{call.Get(share)}'.");
            }
        );
    }
}
