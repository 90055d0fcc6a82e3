using System.Text;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.FileSets;

/// <summary>Fills segments, one after another. For one thread.</summary>
internal sealed class FileSegmentBuilder
{
    private const int FirstTextBytes = 1 << 12;
    private const int MaxTextBytes = 1 << 30;
    private const int MinRowsToPin = 1024;

    private readonly ByteBuilder scratch = new();
    private readonly ByteBuilder extrasScratch = new();
    private readonly List<FileSegment> full = [];
    private byte[] canonical = new byte[256];
    private ByteBuilder text = new(FirstTextBytes);
    private PartitionTuplesBuilder partitions = new();
    private int rows;
    private int[] starts = new int[16];
    private int[] pathEnds = new int[16];
    private int[] statsEnds = new int[16];
    private long[] sizes = new long[16];
    private long[] times = new long[16];
    private FileFlags[] flags = new FileFlags[16];
    private uint[] hashes = new uint[16];
    private ushort[] partitionOf = new ushort[16];
    private long[]? baseRowIds;
    private long[]? rowCommitVersions;
    private FileFlags all;

    /// <summary>Makes room for the next row; whether that is in another segment than the last one, where sets of partition values have other numbers.</summary>
    public bool Begin()
    {
        if (rows < FileSegment.MaxRows && text.Length <= MaxTextBytes)
            return rows == 0;
        Seal();
        return true;
    }

    /// <summary>The number of the set of partition values in the segment that takes the next row; call it directly before <see cref="Add(AddFile)"/>.</summary>
    public ushort Partition(ReadOnlySpan<byte> tuple)
    {
        Begin();
        return partitions.Add(tuple);
    }

    public void Add(AddFile file)
    {
        scratch.Clear();
        PackedPairs.Append(scratch, file.PartitionValues);
        var partition = Partition(scratch.Written);
        extrasScratch.Clear();
        var has = FileFlags.None;
        if (file.DeletionVector is { } vector)
        {
            has |= FileFlags.Vector;
            PackedVector.AppendId(extrasScratch, vector);
            PackedVector.AppendRest(extrasScratch, vector.SizeInBytes, vector.Cardinality);
        }

        if (file.Tags is { } tags)
        {
            has |= FileFlags.Tags;
            PackedPairs.Append(extrasScratch, tags);
        }

        if (file.ClusteringProvider is { } provider)
        {
            has |= FileFlags.Clustering;
            extrasScratch.AppendText(provider);
        }

        has |= file.DataChange ? FileFlags.DataChange : FileFlags.None;
        has |= file.Stats is null ? FileFlags.None : FileFlags.Stats;
        has |= file.BaseRowId is null ? FileFlags.None : FileFlags.BaseRowId;
        has |= file.DefaultRowCommitVersion is null ? FileFlags.None : FileFlags.RowCommitVersion;
        Add(
            Encoding.UTF8.GetBytes(file.Path),
            Encoding.UTF8.GetBytes(file.Stats ?? ""),
            extrasScratch.Written,
            has,
            file.Size,
            file.ModificationTime,
            partition,
            file.BaseRowId ?? 0,
            file.DefaultRowCommitVersion ?? 0
        );
    }

    /// <summary>A file whose hash is not known yet; <paramref name="has"/> need not say whether the path is spelt canonically.</summary>
    public void Add(
        ReadOnlySpan<byte> path,
        ReadOnlySpan<byte> stats,
        ReadOnlySpan<byte> extras,
        FileFlags has,
        long size,
        long modificationTime,
        ushort partition,
        long baseRowId,
        long rowCommitVersion
    )
    {
        var vectorId = has.HasFlag(FileFlags.Vector) ? PackedVector.Id(extras) : default;
        uint hash;
        if (CanonicalPath.Differs(path))
        {
            has |= FileFlags.Respelt;
            hash = FileHash.Of(CanonicalPath.Of(path, ref canonical), vectorId);
        }
        else
        {
            hash = FileHash.Of(path, vectorId);
        }

        Add(path, stats, extras, has, size, modificationTime, partition, baseRowId, rowCommitVersion, hash);
    }

    public void Add(
        ReadOnlySpan<byte> path,
        ReadOnlySpan<byte> stats,
        ReadOnlySpan<byte> extras,
        FileFlags has,
        long size,
        long modificationTime,
        ushort partition,
        long baseRowId,
        long rowCommitVersion,
        uint hash
    )
    {
        if (rows == sizes.Length)
            GrowRows();
        var length = path.Length + stats.Length + extras.Length;
        if (text.Capacity - text.Length < length)
            GrowText();
        var row = rows++;
        var room = text.Reserve(length);
        starts[row] = text.Length;
        pathEnds[row] = text.Length + path.Length;
        statsEnds[row] = text.Length + path.Length + stats.Length;
        path.CopyTo(room);
        stats.CopyTo(room[path.Length..]);
        extras.CopyTo(room[(path.Length + stats.Length)..]);
        text.Advance(length);
        sizes[row] = size;
        times[row] = modificationTime;
        flags[row] = has;
        hashes[row] = hash;
        partitionOf[row] = partition;
        all |= has;
        if (has.HasFlag(FileFlags.BaseRowId))
            (baseRowIds ??= new long[sizes.Length])[row] = baseRowId;
        if (has.HasFlag(FileFlags.RowCommitVersion))
            (rowCommitVersions ??= new long[sizes.Length])[row] = rowCommitVersion;
    }

    /// <summary>The segments of everything that was added.</summary>
    public List<FileSegment> Build()
    {
        if (rows > 0)
            Seal();
        return full;
    }

    private void Seal()
    {
        var hasExtras = (all & (FileFlags.Vector | FileFlags.Tags | FileFlags.Clustering)) != FileFlags.None;
        full.Add(
            new FileSegment
            {
                Text = text.ToArray(),
                Starts = WithEnd(starts),
                PathEnds = Cut(pathEnds)!,
                StatsEnds = hasExtras ? Cut(statsEnds) : null,
                Sizes = Cut(sizes)!,
                ModificationTimes = Cut(times)!,
                Flags = Cut(flags)!,
                Hashes = Cut(hashes)!,
                PartitionOf = Cut(partitionOf)!,
                Partitions = partitions.Build(),
                BaseRowIds = Cut(baseRowIds),
                RowCommitVersions = Cut(rowCommitVersions),
            }
        );
        // The next segment will be much like this one.
        text = new ByteBuilder(Math.Max(FirstTextBytes, text.Length + (text.Length / 32)));
        partitions = new PartitionTuplesBuilder();
        (rows, all, baseRowIds, rowCommitVersions) = (0, FileFlags.None, null, null);
    }

    private T[]? Cut<T>(T[]? values)
        where T : unmanaged
    {
        if (values is null)
            return null;
        var cut = NewArray<T>(rows);
        values.AsSpan(0, rows).CopyTo(cut);
        return cut;
    }

    private int[] WithEnd(int[] values)
    {
        var cut = NewArray<int>(rows + 1);
        values.AsSpan(0, rows).CopyTo(cut);
        cut[rows] = text.Length;
        return cut;
    }

    // Large ones live long: where they never move, the collector does not copy them from generation to generation.
    private static T[] NewArray<T>(int length)
        where T : unmanaged => length < MinRowsToPin ? new T[length] : GC.AllocateUninitializedArray<T>(length, pinned: true);

    private void GrowRows()
    {
        var length = Math.Min(FileSegment.MaxRows, sizes.Length * 4);
        Array.Resize(ref starts, length);
        Array.Resize(ref pathEnds, length);
        Array.Resize(ref statsEnds, length);
        Array.Resize(ref sizes, length);
        Array.Resize(ref times, length);
        Array.Resize(ref flags, length);
        Array.Resize(ref hashes, length);
        Array.Resize(ref partitionOf, length);
        if (baseRowIds is not null)
            Array.Resize(ref baseRowIds, length);
        if (rowCommitVersions is not null)
            Array.Resize(ref rowCommitVersions, length);
    }

    // From the rows so far, how much a full segment will take.
    private void GrowText()
    {
        if (rows >= FileSegment.MaxRows / 8)
            text.GrowTo((int)Math.Min(MaxTextBytes, ((long)text.Length * FileSegment.MaxRows / rows) + (text.Length / 16)));
    }
}
