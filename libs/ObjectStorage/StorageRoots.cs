using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage;

/// <summary>Which storage there is, and the way from a location to a store. What lies in no root cannot be opened.</summary>
public sealed class StorageRoots
{
    private readonly (string Name, string Path)[] roots;

    /// <summary>
    /// Takes the configured roots. Throws <see cref="ObjectStorageException"/> for a root that has a malformed name, is of an unknown kind of
    /// storage, does not exist, or is the same folder as another.
    /// </summary>
    public StorageRoots(StorageRootOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // The deepest first, so that of two nested roots the nearer one takes a location.
        roots = [.. options.Roots.Select(root => (root.Key, OpenRoot(root.Key, root.Value))).OrderByDescending(root => root.Item2.Length)];
        for (var i = 1; i < roots.Length; i++)
        {
            if (roots[i].Path.Equals(roots[i - 1].Path, CanonicalPath.Comparison))
                throw new ObjectStorageException(
                    ObjectStorageError.InvalidKey,
                    $"The storage roots '{roots[i].Name}' and '{roots[i - 1].Name}' are the same folder {roots[i].Path}."
                );
        }
    }

    /// <summary>The names of the roots.</summary>
    public IEnumerable<string> Names => roots.Select(root => root.Name);

    /// <summary>
    /// Where <paramref name="location"/>, an absolute path or a <c>file:</c> URL, lies. Symbolic links are followed first. Throws
    /// <see cref="ObjectStorageError.OutsideRoots"/> where it lies in no root and <see cref="ObjectStorageError.InvalidKey"/> where it is malformed.
    /// </summary>
    public StorageLocation Resolve(string location)
    {
        var path = CanonicalPath.Resolve(LocationText.ToPath(location));
        foreach (var (name, root) in roots)
        {
            if (CanonicalPath.RelativeTo(root, path) is { } relative)
                return new StorageLocation(name, relative, CanonicalPath.ToUri(path));
        }

        throw new ObjectStorageException(
            ObjectStorageError.OutsideRoots,
            $"'{ObjectKey.Printable(location)}' lies in none of the storage roots {string.Join(", ", Names)}."
        );
    }

    /// <summary>The folder <paramref name="relativePath"/> of the root named <paramref name="rootName"/>, with the same refusals as <see cref="Resolve"/>.</summary>
    public StorageLocation Locate(string rootName, string relativePath)
    {
        ArgumentNullException.ThrowIfNull(relativePath);
        if (relativePath.Length > 0)
            ObjectKey.Validate(relativePath);
        foreach (var (name, root) in roots)
        {
            if (!name.Equals(rootName, StringComparison.Ordinal))
                continue;
            var path = CanonicalPath.Resolve(Path.Combine(root, relativePath.Replace('/', Path.DirectorySeparatorChar)));
            return CanonicalPath.RelativeTo(root, path) is { } relative
                ? new StorageLocation(name, relative, CanonicalPath.ToUri(path))
                : throw new ObjectStorageException(ObjectStorageError.OutsideRoots, $"'{relativePath}' leads out of the storage root '{rootName}'.");
        }

        throw new ObjectStorageException(
            ObjectStorageError.OutsideRoots,
            $"There is no storage root '{ObjectKey.Printable(rootName)}', only {string.Join(", ", Names)}."
        );
    }

    /// <summary>A store whose root is the location. The folder need not exist yet.</summary>
    public IObjectStore Open(StorageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        // A location is a plain value that may have been stored or made up: look again.
        var current = Locate(location.RootName, location.RelativePath);
        return new LocalObjectStore(current.Uri.LocalPath);
    }

    private static string OpenRoot(string name, string location)
    {
        if (name.Length is 0 or > 63 || name.AsSpan().ContainsAnyExcept(NameCharacters))
            throw new ObjectStorageException(
                ObjectStorageError.InvalidKey,
                $"Expected a storage root's name to be 1 to 63 of a-z, 0-9, - and _, got '{ObjectKey.Printable(name)}'."
            );
        var path = CanonicalPath.Resolve(LocationText.ToPath(location));
        if (!Directory.Exists(path))
            throw new ObjectStorageException(ObjectStorageError.NotFound, $"Expected the storage root '{name}' to be a folder, but there is none at {path}.");
        return path;
    }

    private static System.Buffers.SearchValues<char> NameCharacters { get; } = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");
}
