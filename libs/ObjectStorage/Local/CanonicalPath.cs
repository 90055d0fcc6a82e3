namespace Tideway.ObjectStorage.Local;

/// <summary>Where a path really leads, with every symbolic link on the way resolved. The end of the path need not exist.</summary>
internal static class CanonicalPath
{
    // As Linux does.
    private const int MaxLinks = 40;

    public static StringComparison Comparison { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <param name="absolutePath">The path to resolve.</param>
    /// <param name="canonicalUpTo">How many characters at its start are known to be canonical.</param>
    public static string Resolve(string absolutePath, int canonicalUpTo = 0)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(absolutePath));
        var checkedUpTo = canonicalUpTo > 0 ? canonicalUpTo + 1 : Path.GetPathRoot(path)!.Length;
        var links = 0;
        while (checkedUpTo < path.Length)
        {
            var next = path.IndexOf(Path.DirectorySeparatorChar, checkedUpTo);
            var end = next < 0 ? path.Length : next;
            var part = path[..end];
            if (FindTarget(part) is { } target)
            {
                if (++links > MaxLinks)
                    throw new ObjectStorageException(ObjectStorageError.InvalidKey, $"More than {MaxLinks} symbolic links on the way to '{absolutePath}'.");
                path = Path.GetFullPath(target, Path.GetDirectoryName(part)!) + path[end..];
                path = Path.TrimEndingDirectorySeparator(path);
                checkedUpTo = Path.GetPathRoot(path)!.Length;
                continue;
            }

            checkedUpTo = end + 1;
        }

        return path;
    }

    /// <summary>The part of <paramref name="path"/> below <paramref name="root"/>, empty for the root itself, null outside. Both canonical.</summary>
    public static string? RelativeTo(string root, string path)
    {
        if (path.Equals(root, Comparison))
            return "";
        var prefix = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return path.StartsWith(prefix, Comparison) ? path[prefix.Length..].Replace(Path.DirectorySeparatorChar, '/') : null;
    }

    public static Uri ToUri(string canonicalPath)
    {
        var segments = canonicalPath.Replace(Path.DirectorySeparatorChar, '/').Trim('/').Split('/');
        return new Uri("file:///" + string.Join('/', segments.Select(s => s.EndsWith(':') ? s : Uri.EscapeDataString(s))));
    }

    private static string? FindTarget(string path)
    {
        var file = new FileInfo(path);
        // Attributes are -1 where nothing exists: all bits set.
        return (int)file.Attributes != -1 && file.Attributes.HasFlag(FileAttributes.ReparsePoint) ? file.LinkTarget : null;
    }
}
