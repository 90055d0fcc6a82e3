using Tideway.ObjectStorage.Local;
using Tideway.ObjectStorage.Roots;

namespace Tideway.ObjectStorage;

/// <summary>Whether two places of storage have objects in common.</summary>
public static class LocationOverlap
{
    /// <summary>
    /// Whether the locations are one place, or one lies in the other. They are addresses as <see cref="StorageRoots.Resolve"/> gives them; nothing is looked
    /// up, neither on a disk nor in a store. The names that a place goes by (<c>s3</c>/<c>s3a</c>, <c>abfss</c>/<c>wasbs</c>) are one place, and an
    /// Azure container whose account is not named is taken for any account's. Throws <see cref="ObjectStorageException"/> where one is malformed.
    /// </summary>
    public static bool Exists(string location, string other)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(other);
        return (RemoteLocation.TryParse(location), RemoteLocation.TryParse(other)) switch
        {
            ({ } one, { } two) => one.RelativeTo(two) is not null || two.RelativeTo(one) is not null,
            (null, null) => Overlap(LocationText.ToPath(location), LocationText.ToPath(other)),
            _ => false,
        };
    }

    /// <summary>
    /// The same where <paramref name="known"/> was given a place some time ago: folders of a local disk on its way that are links by now lead to where its objects
    /// are now, and that place counts as well.
    /// </summary>
    public static bool ExistsByNow(string location, string known) =>
        Exists(location, known)
        || (RemoteLocation.TryParse(known) is null && Exists(location, CanonicalPath.ToUri(CanonicalPath.Resolve(LocationText.ToPath(known))).AbsoluteUri));

    /// <summary>Whether a place of an object store lies strictly below another. No place of a local disk does: nobody is given credentials for those.</summary>
    public static bool LiesBelow(string location, string folder)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(folder);
        return RemoteLocation.TryParse(folder) is { } outer && RemoteLocation.TryParse(location) is { } inner && outer.RelativeTo(inner) is { Length: > 0 };
    }

    /// <summary>
    /// The path of a place of an object store below another, decoded, by whatever names the two go; empty for the place itself. <see langword="null"/> where it lies
    /// elsewhere, and where one is no address of an object store.
    /// </summary>
    public static string? FindPathBelow(string location, string folder)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            return RemoteLocation.TryParse(folder) is { } outer && RemoteLocation.TryParse(location) is { } inner ? outer.RelativeTo(inner) : null;
        }
        catch (ObjectStorageException)
        {
            return null;
        }
    }

    /// <summary>
    /// The paths by which a place of a local disk lies below a folder, whatever links its way leads through by now; empty for the folder itself. None where it lies
    /// elsewhere, and several where there are links within the folder. It need not exist.
    /// </summary>
    public static IReadOnlyCollection<string> FindPathsBelowByNow(string path, string folder)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(folder);
        var root = CanonicalPath.Resolve(folder);
        var full = Path.GetFullPath(path);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (var above = full; above is not null; above = Path.GetDirectoryName(above))
        {
            if (CanonicalPath.RelativeTo(root, CanonicalPath.Resolve(above)) is not { } relative)
                continue;
            var below = full[above.Length..].Replace(Path.DirectorySeparatorChar, '/').Trim('/');
            paths.Add(relative.Length > 0 && below.Length > 0 ? $"{relative}/{below}" : relative + below);
        }

        return paths;
    }

    private static bool Overlap(string path, string other) =>
        CanonicalPath.RelativeTo(path, other) is not null || CanonicalPath.RelativeTo(other, path) is not null;
}
