using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace Tideway.ObjectStorage.Local;

/// <summary>
/// Walks a folder tree in ordinal order of the keys, from the folder of the prefix on, one folder at a time, and looks at a file only when it is handed out. Folders that are
/// symbolic links are not entered; files that are symbolic links count only where they lead to a file within the root.
/// </summary>
internal sealed class LocalListing(string root, string prefix, string? startAfter)
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    public async IAsyncEnumerable<ObjectInfo> WalkAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Keys of folders end with a slash, which is what puts "a.txt" before "a/b" and after neither.
        var pending = new Stack<string>();
        if (FindStart() is { } start)
            pending.Push(start);
        while (pending.TryPop(out var key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (key.Length > 0 && !key.EndsWith('/'))
            {
                if (FindFile(key) is { } info)
                    yield return info;
                continue;
            }

            var children = await Task.Run(() => ReadFolder(key), cancellationToken).ConfigureAwait(false);
            for (var i = children.Count - 1; i >= 0; i--)
                pending.Push(children[i]);
        }
    }

    // Where what is wanted begins, so that what lies beside it need not be read, however much that is: the data files beside a log. Null where that is behind
    // a link.
    private string? FindStart()
    {
        var start = 0;
        // On other systems a folder may have other names than the prefix has for it.
        var slash = CanonicalPath.Comparison == StringComparison.Ordinal ? prefix.IndexOf('/') : -1;
        for (; slash >= 0; slash = prefix.IndexOf('/', slash + 1))
        {
            var folder = new DirectoryInfo(Path.Combine(root, prefix[..slash]));
            if (!folder.Exists)
                break;
            if (IsLink(folder.Attributes) || TemporaryName.Matches(folder.Name))
                return null;
            start = slash + 1;
        }

        return prefix[..start];
    }

    private List<string> ReadFolder(string folderKey)
    {
        var keys = new List<string>();
        try
        {
            foreach (var key in Entries(folderKey))
            {
                if (IsWanted(key))
                    keys.Add(key);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // No root has no objects; a folder that went away meanwhile has none left.
            return [];
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            throw LocalFailure.Translate(exception, "list", Path.Combine(root, folderKey));
        }

        keys.Sort(string.CompareOrdinal);
        return keys;
    }

    private FileSystemEnumerable<string> Entries(string folderKey) =>
        new(Path.Combine(root, folderKey), (ref FileSystemEntry entry) => string.Concat(folderKey, entry.FileName, entry.IsDirectory ? "/" : ""), Everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !TemporaryName.Matches(entry.FileName) && !(entry.IsDirectory && IsLink(entry.Attributes)),
        };

    private bool IsWanted(string key)
    {
        var isFolder = key.EndsWith('/');
        var inPrefix = key.StartsWith(prefix, StringComparison.Ordinal) || (isFolder && prefix.StartsWith(key, StringComparison.Ordinal));
        if (!inPrefix || startAfter is null)
            return inPrefix;
        return string.CompareOrdinal(key, startAfter) > 0 || (isFolder && startAfter.StartsWith(key, StringComparison.Ordinal));
    }

    private ObjectInfo? FindFile(string key)
    {
        // A name that is no key, such as one with a backslash, could not be opened again.
        if (!ObjectKey.IsValid(key))
            return null;
        var file = new FileInfo(Path.Combine(root, key));
        if (!file.Exists || (IsLink(file.Attributes) && CanonicalPath.RelativeTo(root, CanonicalPath.Resolve(file.FullName)) is null))
            return null;
        return LocalFile.Describe(key, file);
    }

    private static bool IsLink(FileAttributes attributes) => attributes.HasFlag(FileAttributes.ReparsePoint);
}
