namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>Where a path really leads.</summary>
internal static class LinkedPath
{
    // As Linux does.
    private const int MaxLinks = 40;

    /// <summary>The path with every link on the way followed, whether of a folder or of the file at its end. Throws <see cref="IOException"/> where they go round.</summary>
    public static string Resolve(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var links = 0;
        for (var resolved = Path.GetPathRoot(path)!.Length; resolved < path.Length; )
        {
            var separator = path.IndexOf(Path.DirectorySeparatorChar, resolved);
            var end = separator < 0 ? path.Length : separator;
            var part = path[..end];
            if (new FileInfo(part).LinkTarget is not { } target)
            {
                resolved = end + 1;
                continue;
            }

            if (++links > MaxLinks)
                throw new IOException($"There are more than {MaxLinks} links on the way.");
            path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target, Path.GetDirectoryName(part)!) + path[end..]);
            resolved = Path.GetPathRoot(path)!.Length;
        }

        return path;
    }
}
