using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage.Roots;

/// <summary>A storage root that is a folder of a local disk.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its canonical path.</param>
internal sealed record LocalRoot(string Name, string Path)
{
    public static LocalRoot Open(string name, string location, StorageRootOptions options)
    {
        if (options.Access.ContainsKey(name))
            throw new ObjectStorageException(ObjectStorageError.InvalidKey, $"The storage root '{name}' is a local folder, which takes no settings of access.");
        var path = CanonicalPath.Resolve(LocationText.ToPath(location));
        if (!Directory.Exists(path))
            throw new ObjectStorageException(ObjectStorageError.NotFound, $"Expected the storage root '{name}' to be a folder, but there is none at {path}.");
        return new LocalRoot(name, path);
    }

    /// <summary>Throws where two of the roots, which come in order of their length, are one folder.</summary>
    public static void RequireDistinct(LocalRoot[] roots)
    {
        foreach (var (root, index) in roots.Select((root, index) => (root, index)))
        {
            if (roots.Take(index).FirstOrDefault(other => other.Path.Equals(root.Path, CanonicalPath.Comparison)) is { } same)
                throw new ObjectStorageException(
                    ObjectStorageError.InvalidKey,
                    $"The storage roots '{root.Name}' and '{same.Name}' are the same folder {root.Path}."
                );
        }
    }

    /// <summary>Where a canonical path lies in this root; null outside.</summary>
    public StorageLocation? Find(string canonicalPath) =>
        CanonicalPath.RelativeTo(Path, canonicalPath) is { } relative ? new StorageLocation(Name, relative, CanonicalPath.ToUri(canonicalPath)) : null;

    /// <summary>The folder at a path below; throws where it leads out.</summary>
    public StorageLocation Locate(string relativePath) =>
        Find(CanonicalPath.Resolve(System.IO.Path.Combine(Path, relativePath.Replace('/', System.IO.Path.DirectorySeparatorChar))))
        ?? throw new ObjectStorageException(ObjectStorageError.OutsideRoots, $"'{relativePath}' leads out of the storage root '{Name}'.");
}
