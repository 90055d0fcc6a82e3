using System.Text;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// Up to <see cref="MaxRows"/> files, member by member: the texts of all of them in one buffer, the numbers in arrays, and each distinct set of
/// partition values once. Never changes.
/// </summary>
internal sealed class FileSegment
{
    public const int RowBits = 13;
    public const int MaxRows = 1 << RowBits;
    public const int RowMask = MaxRows - 1;

    /// <summary>For each file its path, its statistics and what else it has.</summary>
    public required byte[] Text { private get; init; }

    /// <summary>Where the path of each file begins, and where the last one ends.</summary>
    public required int[] Starts { private get; init; }

    /// <summary>Where the path of each file ends, and its statistics begin.</summary>
    public required int[] PathEnds { private get; init; }

    /// <summary>Where the statistics end and the deletion vector, tags and clustering provider begin; null where no file has these.</summary>
    public required int[]? StatsEnds { private get; init; }

    public required long[] Sizes { get; init; }

    public required long[] ModificationTimes { private get; init; }

    public required FileFlags[] Flags { get; init; }

    public required uint[] Hashes { get; init; }

    /// <summary>Which of <see cref="Partitions"/> each file has.</summary>
    public required ushort[] PartitionOf { get; init; }

    public required PartitionTuples Partitions { get; init; }

    public required long[]? BaseRowIds { private get; init; }

    public required long[]? RowCommitVersions { private get; init; }

    public int Count => Sizes.Length;

    public ReadOnlySpan<byte> Path(int row) => Text.AsSpan(Starts[row], PathEnds[row] - Starts[row]);

    /// <summary>The statistics as JSON; empty where there are none.</summary>
    public ReadOnlySpan<byte> Stats(int row) => Text.AsSpan(PathEnds[row], StatsEnd(row) - PathEnds[row]);

    public ReadOnlySpan<byte> CanonicalPath(int row, ref byte[] scratch) =>
        Flags[row].HasFlag(FileFlags.Respelt) ? FileSets.CanonicalPath.Of(Path(row), ref scratch) : Path(row);

    /// <summary>What identifies the file's deletion vector; empty where it has none.</summary>
    public ReadOnlySpan<byte> VectorId(int row) => Flags[row].HasFlag(FileFlags.Vector) ? PackedVector.Id(Extras(row)) : default;

    public FileKeyBytes Key(int row, ref byte[] scratch) => new(CanonicalPath(row, ref scratch), VectorId(row), Hashes[row]);

    public bool Is(int row, in FileKeyBytes key, ref byte[] scratch) =>
        Hashes[row] == key.Hash && VectorId(row).SequenceEqual(key.VectorId) && CanonicalPath(row, ref scratch).SequenceEqual(key.Path);

    /// <summary>Rows of the file that are deleted.</summary>
    public long DeletedRows(int row) => Flags[row].HasFlag(FileFlags.Vector) ? PackedVector.Cardinality(Extras(row)) : 0;

    /// <summary>Rows that the table sees in the file, as far as its statistics say.</summary>
    public long? LogicalRecords(int row) => FileStatistics.NumRecords(Stats(row)) - DeletedRows(row);

    public void CopyTo(FileSegmentBuilder target, int row) =>
        target.Add(
            Path(row),
            Stats(row),
            Extras(row),
            Flags[row],
            Sizes[row],
            ModificationTimes[row],
            target.Partition(Partitions[PartitionOf[row]]),
            BaseRowIds?[row] ?? 0,
            RowCommitVersions?[row] ?? 0,
            Hashes[row]
        );

    /// <summary>The file's action.</summary>
    public AddFile Read(int row, PartitionValuesCache values)
    {
        var flags = Flags[row];
        var extras = new ByteCursor(Extras(row));
        return new AddFile
        {
            Path = Encoding.UTF8.GetString(Path(row)),
            PartitionValues = values.Read(Partitions[PartitionOf[row]]),
            Size = Sizes[row],
            ModificationTime = ModificationTimes[row],
            DataChange = flags.HasFlag(FileFlags.DataChange),
            Stats = flags.HasFlag(FileFlags.Stats) ? Encoding.UTF8.GetString(Stats(row)) : null,
            // In the order in which they are packed.
            DeletionVector = flags.HasFlag(FileFlags.Vector) ? PackedVector.Read(ref extras) : null,
            Tags = flags.HasFlag(FileFlags.Tags) ? PackedPairs.Read(ref extras) : null,
            ClusteringProvider = flags.HasFlag(FileFlags.Clustering) ? extras.TakeString() : null,
            BaseRowId = flags.HasFlag(FileFlags.BaseRowId) ? BaseRowIds![row] : null,
            DefaultRowCommitVersion = flags.HasFlag(FileFlags.RowCommitVersion) ? RowCommitVersions![row] : null,
        };
    }

    /// <summary>Bytes held in memory.</summary>
    public long HeldBytes() =>
        Text.Length
        + Partitions.HeldBytes
        + ((long)Count * ((4 * sizeof(int)) + (2 * sizeof(long)) + sizeof(ushort) + sizeof(FileFlags)))
        + (StatsEnds is null ? 0 : (long)Count * sizeof(int))
        + (BaseRowIds is null ? 0 : (long)Count * sizeof(long))
        + (RowCommitVersions is null ? 0 : (long)Count * sizeof(long));

    private ReadOnlySpan<byte> Extras(int row) => Text.AsSpan(StatsEnd(row), Starts[row + 1] - StatsEnd(row));

    private int StatsEnd(int row) => StatsEnds?[row] ?? Starts[row + 1];
}
