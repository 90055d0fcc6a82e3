using System.IO.Enumeration;

namespace Tideway.ObjectStorage.Local;

/// <summary>Finds and removes the temporary files of writers that were killed.</summary>
internal static class UnfinishedFiles
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
    };

    public static int Delete(string root, DateTimeOffset before, Func<string, bool>? isOurs, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(root))
            return 0;
        var files = new FileSystemEnumerable<string>(root, (ref FileSystemEntry entry) => entry.ToFullPath(), Everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                !entry.IsDirectory && TemporaryName.Matches(entry.FileName) && entry.LastWriteTimeUtc < before,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        var count = 0;
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (isOurs?.Invoke(Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/')) == false)
                continue;
            File.Delete(file);
            count++;
        }

        return count;
    }
}
