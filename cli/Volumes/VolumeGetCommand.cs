using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Read;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Client.Volumes;

namespace Tideway.Cli.Volumes;

/// <summary>Brings files of a volume here.</summary>
internal static class VolumeGetCommand
{
    public static Command Make(CommandSet commands)
    {
        var target = VolumeCommands.Target("only the file or folder there, without the folders that it is in");
        var folder = Symbols.Required("--out", "Where the files go; made where it is not there", "FOLDER");
        var profile = new ProfileOptions();
        return commands.Leaf(
            "get",
            "Bring the files of a volume here; those that are here already, of the same size and time, are left as they are",
            "tideway volume get partner.share#sales.public.manuals/2026 --out manuals",
            [target, folder, .. profile.All],
            (call, cancellationToken) =>
                SharingFailure.GuardAsync(async () =>
                {
                    var address = VolumeCommands.AddressOf(call, target);
                    var volume = address.Volume;
                    using var client = await profile.OpenAsync(call, address.Profile, new DeltaSharingClientOptions(), cancellationToken);
                    var downloader = new FileDownloader(client.Http, client.Options, call.Environment.Time);
                    using var brought = new BroughtVolume(
                        call,
                        new VolumeDownloader(client.Sharing, downloader, volume),
                        Path.GetFullPath(call.Get(folder)!),
                        address.Path
                    );
                    var files = ListedFiles.OfAsync(client.Sharing, volume, address.Path, withUrls: true, cancellationToken);
                    try
                    {
                        await brought.BringAsync(files, cancellationToken);
                    }
                    catch (DeltaSharingException)
                    {
                        brought.TellUnfetched();
                        throw;
                    }

                    brought.End();
                })
        );
    }
}
