namespace Tideway.Cli.Volumes;

/// <summary>
/// Finds, of paths that come in their order, those that have no place beside the ones before: a name is that of a file or of a folder and not of both. What has come
/// first has the name. Keeps a few paths only where the file system tells all names apart; elsewhere it has to keep them all.
/// </summary>
/// <param name="isFolding">Whether the file system takes names for the same that differ in case or in the form of their letters.</param>
internal sealed class ClaimedPaths(bool isFolding)
{
    // Those that the current one begins with, the shortest first: in their order no other can have its name or be a folder of it.
    private readonly List<string> open = [];

    private readonly HashSet<string> folded = new(StringComparer.OrdinalIgnoreCase);

    private string? apart;

    /// <summary>Claims a path that is out of the order of the others, before them.</summary>
    public void ClaimApart(string path)
    {
        apart = path;
        folded.Add(path.Normalize());
    }

    /// <summary>Why a path has no place; null where it has, and has it now.</summary>
    public string? FindFault(string path)
    {
        while (open.Count > 0 && !path.StartsWith(open[^1], StringComparison.Ordinal))
            open.RemoveAt(open.Count - 1);
        if (open.Contains(path))
            return "The server lists this path more than once.";
        if (path == apart)
            return $"The volume has two files for '{path}' here.";
        if (open.Append(apart).FirstOrDefault(file => file is not null && IsBelow(path, file)) is { } taken)
            return $"The volume has a file '{taken}' too, and a name cannot be that of a file and of a folder.";
        if (isFolding && !folded.Add(path.Normalize()))
            return "Another file of the volume has the same name in the file system here, which does not tell such names apart.";
        open.Add(path);
        return null;
    }

    private static bool IsBelow(string path, string file) =>
        path.Length > file.Length && path[file.Length] == '/' && path.StartsWith(file, StringComparison.Ordinal);
}
