using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>A volume's folder, open for reading.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Store">Its objects.</param>
internal sealed record OpenVolume(StorageLocation Location, IObjectStore Store)
{
    /// <summary>How many segments its path below the storage root has.</summary>
    public int Depth => Location.RelativePath.Length == 0 ? 0 : Location.RelativePath.Count(c => c == '/') + 1;
}

/// <summary>Opens volumes where they are registered, and finds their files. Keys that lead out of a volume's folder are not there.</summary>
internal sealed class VolumeStorage(StorageRoots roots)
{
    /// <summary>
    /// The folder of a volume. Throws <see cref="ObjectStorageException"/>, with <see cref="ObjectStorageError.NotFound"/> where a folder of a local disk is gone:
    /// such a disk may be missing as a whole, which is not the same as no files. One that has become a link is gone, too: where it leads was never looked at.
    /// </summary>
    public OpenVolume Open(GrantedVolume volume)
    {
        var location = roots.Resolve(volume.Location);
        if (location.Uri.IsFile && location.Uri.AbsoluteUri != volume.Location)
            throw new ObjectStorageException(
                ObjectStorageError.NotFound,
                $"Expected the volume's folder {volume.Location}, but it leads to {location.Uri} now."
            );
        if (location.Uri.IsFile && !Directory.Exists(location.Uri.LocalPath))
            throw new ObjectStorageException(ObjectStorageError.NotFound, $"Expected the volume's folder {location.Uri}, but there is none.");
        return new OpenVolume(location, roots.Open(location));
    }

    /// <summary>The file at a path that is a valid key; null where there is none.</summary>
    public static async Task<ObjectInfo?> FindAsync(OpenVolume volume, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await volume.Store.FindAsync(path, cancellationToken);
        }
        catch (ObjectStorageException exception) when (exception.Error is ObjectStorageError.InvalidKey)
        {
            // A link that leads out of the folder, or a name of an unfinished file.
            return null;
        }
    }

    /// <summary>A part of a list, in the order of the store: the file at a path and those below it; of the whole volume for the empty path.</summary>
    public static async Task<ObjectPage> ListAsync(OpenVolume volume, string path, ListPosition? from, int limit, CancellationToken cancellationToken)
    {
        if (path.Length == 0)
            return await volume.Store.ListPageAsync("", from, limit, cancellationToken);
        // A key sorts before those that it begins.
        var file = from is null ? await FindAsync(volume, path, cancellationToken) : null;
        var room = limit - (file is null ? 0 : 1);
        var below = await volume.Store.ListPageAsync(path + "/", from?.After == path ? null : from, Math.Max(room, 1), cancellationToken);
        if (file is null)
            return below;
        return room > 0 ? below with { Objects = [file, .. below.Objects] } : new ObjectPage([file], below.Objects.Count > 0 ? new ListPosition(path) : null);
    }
}
