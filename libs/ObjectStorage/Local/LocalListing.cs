using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace Tideway.ObjectStorage.Local;

/// <summary>
/// Walks a folder tree in ordinal order of the keys, from the folder of the prefix on, one folder at a time, and looks at a file only when it is handed out. Folders that are
/// symbolic links are not entered; files that are symbolic links count only where they lead to a file within the root. Of a large folder only a part of the names is
/// in memory at a time: a disk gives them in no order, so each part is the smallest of what is left.
/// </summary>
/// <param name="root">The folder of the store.</param>
/// <param name="prefix">What the keys start with.</param>
/// <param name="startAfter">The key that all sort after.</param>
/// <param name="firstPart">How many names of a folder are taken at first: as many as will do where only a page is wanted.</param>
/// <param name="nextPart">How many are taken then. The more they are, the less often the whole folder is read.</param>
internal sealed class LocalListing(
    string root,
    string prefix,
    string? startAfter,
    int firstPart = LocalListing.LargestPart,
    int nextPart = LocalListing.LargestPart
)
{
    private const int LargestPart = 256 * 1024;

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    /// <summary>A file, or a folder that is read after one of its keys.</summary>
    private readonly record struct Step(string Key, string? After, int Part);

    public async IAsyncEnumerable<ObjectInfo> WalkAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Keys of folders end with a slash, which is what puts "a.txt" before "a/b" and after neither.
        var pending = new Stack<Step>();
        if (FindStart() is { } start)
            pending.Push(new Step(start, null, firstPart));
        while (pending.TryPop(out var step))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (step.Key.Length > 0 && !step.Key.EndsWith('/'))
            {
                if (FindFile(step.Key) is { } info)
                    yield return info;
                continue;
            }

            var found = await Task.Run(() => ReadFolder(step), cancellationToken).ConfigureAwait(false);
            var children = found.Sorted();
            if (found.HasMore)
                pending.Push(step with { After = children[^1], Part = nextPart });
            for (var i = children.Count - 1; i >= 0; i--)
                pending.Push(new Step(children[i], null, firstPart));
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

    private SmallestKeys ReadFolder(Step step)
    {
        var found = new SmallestKeys(step.Part);
        try
        {
            foreach (var key in Entries(step, found))
                found.Add(key);
            return found;
        }
        catch (DirectoryNotFoundException)
        {
            // No root has no objects; a folder that went away meanwhile has none left.
            return new SmallestKeys(step.Part);
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            throw LocalFailure.Translate(exception, "list", Path.Combine(root, step.Key));
        }
    }

    // What is not wanted never becomes a string: there may be a million of it.
    private FileSystemEnumerable<string> Entries(Step step, SmallestKeys found)
    {
        var buffer = new char[step.Key.Length + 512];
        step.Key.CopyTo(buffer);
        var length = 0;
        return new FileSystemEnumerable<string>(Path.Combine(root, step.Key), (ref FileSystemEntry _) => new string(buffer, 0, length), Everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
            {
                if (TemporaryName.Matches(entry.FileName))
                    return false;
                var isFolder = entry.IsDirectory;
                length = step.Key.Length + entry.FileName.Length + (isFolder ? 1 : 0);
                if (buffer.Length < length)
                    Array.Resize(ref buffer, length);
                entry.FileName.CopyTo(buffer.AsSpan(step.Key.Length));
                if (isFolder)
                    buffer[length - 1] = '/';
                var key = buffer.AsSpan(0, length);
                return IsWanted(key, isFolder) && IsAfter(key, step.After) && !(isFolder && IsLink(entry.Attributes)) && found.Takes(key);
            },
        };
    }

    private bool IsWanted(ReadOnlySpan<char> key, bool isFolder)
    {
        var inPrefix = key.StartsWith(prefix) || (isFolder && prefix.AsSpan().StartsWith(key));
        return inPrefix && (IsAfter(key, startAfter) || (isFolder && startAfter.AsSpan().StartsWith(key)));
    }

    private static bool IsAfter(ReadOnlySpan<char> key, string? start) => start is null || key.SequenceCompareTo(start) > 0;

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
