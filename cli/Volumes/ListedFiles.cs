using System.Runtime.CompilerServices;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Volumes;

namespace Tideway.Cli.Volumes;

/// <summary>
/// The files of a volume as its server lists them. That a server lists none, because only this product does, is told apart from a volume that is not there,
/// and a volume without files from a path at which there are none.
/// </summary>
internal static class ListedFiles
{
    public static async IAsyncEnumerable<VolumeFile> OfAsync(
        DeltaSharingClient client,
        SharedVolumeName volume,
        string path,
        bool withUrls,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var files = client.ListVolumeFilesAsync(volume, path, withUrls, cancellationToken).GetAsyncEnumerator(cancellationToken);
        if (!await BeginAsync(files, client, volume, cancellationToken))
        {
            if (path.Length > 0)
                throw new CliFailure(ExitCode.NotFound, $"There is no file at '{path}' in the volume {volume}.");
            yield break;
        }

        do yield return files.Current;
        while (await files.MoveNextAsync());
    }

    private static async Task<bool> BeginAsync(
        IAsyncEnumerator<VolumeFile> files,
        DeltaSharingClient client,
        SharedVolumeName volume,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await files.MoveNextAsync();
        }
        catch (DeltaSharingException exception) when (exception.Error == DeltaSharingError.NotFound)
        {
            if (await FindStoreAsync(client, volume, cancellationToken) is not { } location)
                throw;
            throw new CliFailure(
                ExitCode.Failed,
                $"The server shares the volume {volume} but does not list its files. They are at {location}; 'tideway volume credentials' shows how to read them there.",
                exception
            );
        }
    }

    // Where the place of a volume is an address of the server itself, the server does list files, and something else is not there.
    private static async Task<string?> FindStoreAsync(DeltaSharingClient client, SharedVolumeName volume, CancellationToken cancellationToken)
    {
        try
        {
            var location = (await client.GetVolumeAsync(volume, cancellationToken)).StorageLocation;
            return location?.StartsWith("http", StringComparison.OrdinalIgnoreCase) == true ? null : location;
        }
        catch (DeltaSharingException exception) when (exception.Error == DeltaSharingError.NotFound)
        {
            return null;
        }
    }
}
