using System.Collections;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.Pruning;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// Files of a snapshot that were searched for. Each is made when it is asked for, so that many take little memory: 4 bytes each. Safe for use by several threads.
/// </summary>
public sealed class FoundFiles : IReadOnlyList<AddFile>
{
    private readonly FileSet files;
    private readonly ReadOnlyMemory<int> ids;
    private readonly Func<SegmentScan> scan;

    internal FoundFiles(FileSet files, ReadOnlyMemory<int> ids, Func<SegmentScan> scan) => (this.files, this.ids, this.scan) = (files, ids, scan);

    /// <inheritdoc />
    public int Count => ids.Length;

    /// <inheritdoc />
    public AddFile this[int index] => files.Read(ids.Span[index], new PartitionValuesCache());

    /// <summary>The files from the one at <paramref name="index"/> on, without passing by those before; none where there are not so many.</summary>
    public FoundFiles From(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new FoundFiles(files, ids[Math.Min(index, ids.Length)..], scan);
    }

    /// <summary>The first <paramref name="count"/> files, or all where there are fewer, without holding the others.</summary>
    public FoundFiles First(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new FoundFiles(files, ids[..Math.Min(count, ids.Length)].ToArray(), scan);
    }

    /// <summary>The files, and of each whether all of its rows are known to meet what was searched for.</summary>
    public IEnumerable<(AddFile File, bool IsMetByAll)> WithCertainty()
    {
        var (values, certainty) = (new PartitionValuesCache(), scan());
        for (var index = 0; index < ids.Length; index++)
        {
            var id = ids.Span[index];
            var (segment, row) = FileLevel.Split(id);
            yield return (files.Read(id, values), certainty.IsMetByAll(files.Segments[segment], row));
        }
    }

    /// <inheritdoc />
    public IEnumerator<AddFile> GetEnumerator()
    {
        var values = new PartitionValuesCache();
        for (var index = 0; index < ids.Length; index++)
            yield return files.Read(ids.Span[index], values);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
