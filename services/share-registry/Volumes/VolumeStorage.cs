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

    /// <summary>The file at a path and those below it, in the order of the store; of the whole volume for the empty path.</summary>
    public static async Task<List<ObjectInfo>> ListAsync(OpenVolume volume, string path, string? after, int limit, CancellationToken cancellationToken)
    {
        var found = new List<ObjectInfo>();
        // A key sorts before those that it begins.
        if (path.Length > 0 && after is null && limit > 0 && await FindAsync(volume, path, cancellationToken) is { } file)
            found.Add(file);
        if (found.Count >= limit)
            return found;
        await foreach (var item in volume.Store.ListAsync(path.Length == 0 ? "" : path + "/", after, cancellationToken))
        {
            found.Add(item);
            if (found.Count == limit)
                break;
        }

        return found;
    }
}
