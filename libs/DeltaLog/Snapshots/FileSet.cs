using System.Collections.Immutable;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// The active files of a version, in the order of their keys, so that every process that holds the version lists them alike.
/// A newer version shares the sorted files of an older one and carries only what changed, until that is much.
/// </summary>
internal sealed class FileSet
{
    private const int MinChangesToMerge = 1024;

    private static readonly ImmutableSortedDictionary<FileKey, AddFile?> NoChanges = ImmutableSortedDictionary.Create<FileKey, AddFile?>(FileKey.Order);

    private readonly FileKey[] keys;
    private readonly AddFile[] files;

    // Null takes a file out of the sorted ones.
    private readonly ImmutableSortedDictionary<FileKey, AddFile?> changes;

    private FileSet(FileKey[] keys, AddFile[] files, ImmutableSortedDictionary<FileKey, AddFile?> changes, int count, long totalBytes)
    {
        this.keys = keys;
        this.files = files;
        this.changes = changes;
        Count = count;
        TotalBytes = totalBytes;
    }

    public int Count { get; }

    public long TotalBytes { get; }

    public static FileSet From(IReadOnlyDictionary<FileKey, AddFile> active)
    {
        var sortedKeys = active.Keys.ToArray();
        var sortedFiles = active.Values.ToArray();
        Array.Sort(sortedKeys, sortedFiles, FileKey.Order);
        return new FileSet(sortedKeys, sortedFiles, NoChanges, sortedFiles.Length, Total(sortedFiles));
    }

    private static long Total(AddFile[] files)
    {
        var total = 0L;
        foreach (var file in files)
            total = Plus(total, file.Size);
        return total;
    }

    private static long Plus(long total, long size) =>
        total <= long.MaxValue - size
            ? total + size
            : throw new DeltaLogException(DeltaLogError.CorruptLog, "The lengths of the table's files add up to more than any store can hold.");

    /// <summary>The files after commits whose net effect is <paramref name="changed"/>: a file, or null for one that is gone.</summary>
    public FileSet Apply(IReadOnlyDictionary<FileKey, AddFile?> changed)
    {
        var builder = changes.ToBuilder();
        var (count, bytes) = (Count, TotalBytes);
        foreach (var (key, file) in changed)
        {
            if (Find(key) is { } before)
                (count, bytes) = (count - 1, bytes - before.Size);
            if (file is not null)
                (count, bytes) = (count + 1, Plus(bytes, file.Size));
            if (file is null && Array.BinarySearch(keys, key, FileKey.Order) < 0)
                builder.Remove(key);
            else
                builder[key] = file;
        }

        var next = new FileSet(keys, files, builder.ToImmutable(), count, bytes);
        return next.changes.Count > Math.Max(MinChangesToMerge, files.Length / 8) ? next.Merged() : next;
    }

    public AddFile? Find(FileKey key)
    {
        if (changes.TryGetValue(key, out var changed))
            return changed;
        var index = Array.BinarySearch(keys, key, FileKey.Order);
        return index < 0 ? null : files[index];
    }

    public IEnumerable<AddFile> Enumerate() => changes.Count == 0 ? files : Pairs().Select(pair => pair.File);

    private IEnumerable<(FileKey Key, AddFile File)> Pairs()
    {
        using var changed = changes.GetEnumerator();
        var more = changed.MoveNext();
        for (var index = 0; index < files.Length; index++)
        {
            for (; more && FileKey.Order.Compare(changed.Current.Key, keys[index]) < 0; more = changed.MoveNext())
            {
                if (changed.Current.Value is { } added)
                    yield return (changed.Current.Key, added);
            }

            if (!more || changed.Current.Key != keys[index])
            {
                yield return (keys[index], files[index]);
                continue;
            }

            if (changed.Current.Value is { } replaced)
                yield return (keys[index], replaced);
            more = changed.MoveNext();
        }

        for (; more; more = changed.MoveNext())
        {
            if (changed.Current.Value is { } added)
                yield return (changed.Current.Key, added);
        }
    }

    private FileSet Merged()
    {
        var mergedKeys = new FileKey[Count];
        var mergedFiles = new AddFile[Count];
        var index = 0;
        foreach (var (key, file) in Pairs())
            (mergedKeys[index], mergedFiles[index++]) = (key, file);
        return new FileSet(mergedKeys, mergedFiles, NoChanges, Count, TotalBytes);
    }
}
