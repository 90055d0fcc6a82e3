using System.Collections.Immutable;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.Pruning;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// One version of a table; never changes.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
public sealed class Snapshot
{
    private readonly FileSet files;
    private readonly Lazy<StructType> schema;
    private readonly Lazy<long?> numRecords;

    internal Snapshot(Uri tableRoot, long version, DateTimeOffset timestamp, TableState state, FileSet files)
    {
        TableRoot = tableRoot;
        Version = version;
        Timestamp = timestamp;
        State = state;
        this.files = files;
        schema = new Lazy<StructType>(() => SchemaJson.Parse(Metadata.SchemaString));
        numRecords = new Lazy<long?>(CountRecords);
    }

    /// <summary>
    /// A version of which only the description is known: for reading rows of files that the caller names. It has no files and no time of its own.
    /// </summary>
    public static Snapshot OfDescription(Uri tableRoot, long version, Protocol protocol, Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(tableRoot);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(metadata);
        var state = new TableState(protocol, metadata, ImmutableDictionary<string, SetTransaction>.Empty, ImmutableDictionary<string, DomainMetadata>.Empty);
        return new Snapshot(tableRoot, version, DateTimeOffset.UnixEpoch, state, FileSet.Empty);
    }

    /// <summary>Root of the table.</summary>
    public Uri TableRoot { get; }

    /// <summary>The version.</summary>
    public long Version { get; }

    /// <summary>When the version was committed: its in-commit timestamp where the table has them, else when its file was written.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>What clients must be able to do.</summary>
    public Protocol Protocol => State.Protocol;

    /// <summary>Identity, schema, partitioning and properties. <see cref="Actions.Metadata.SchemaString"/> is exactly as written.</summary>
    public Metadata Metadata => State.Metadata;

    /// <summary>The columns. Throws <see cref="DeltaLogError.UnsupportedType"/> where one has a type that is not supported.</summary>
    public StructType Schema => schema.Value;

    /// <summary>Names of the partition columns, outermost first.</summary>
    public IReadOnlyList<string> PartitionColumns => Metadata.PartitionColumns;

    /// <summary>The table's properties.</summary>
    public IReadOnlyDictionary<string, string> Configuration => Metadata.Configuration;

    /// <summary>How far each application has got: application id to the application's version.</summary>
    public IReadOnlyDictionary<string, long> Transactions =>
        field ??= State.Transactions.ToDictionary(pair => pair.Key, pair => pair.Value.Version, StringComparer.Ordinal);

    /// <summary>Configuration of each domain, by name.</summary>
    public IReadOnlyDictionary<string, DomainMetadata> DomainMetadata => State.Domains;

    /// <summary>
    /// The active files, ordered by the UTF-8 bytes of their decoded paths, so in every process alike. Can be enumerated any number of times, by
    /// several threads. Each is made when its turn comes; the first enumeration sorts.
    /// </summary>
    public IEnumerable<AddFile> Files => files.Enumerate();

    /// <summary>The files from the one at <paramref name="index"/> on, in the same order: does not pass by those before.</summary>
    public IEnumerable<AddFile> FilesFrom(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return files.Enumerate(index);
    }

    /// <summary>The active file of that path, however it is spelt, with that deletion vector or none; null where there is none.</summary>
    public AddFile? FindFile(string path, DeletionVectorDescriptor? deletionVector = null) => files.Find(path, deletionVector);

    /// <summary>
    /// One of the active files that are not below the table's root, or whose deletion vector is not, so that <see cref="FilePath.Key"/> refuses them;
    /// <see langword="null"/> where there is none. Looks at all files each time.
    /// </summary>
    public AddFile? FindFileOutside() => OutsideFiles.Find(files, TableRoot);

    /// <summary>
    /// The files that can hold rows for which <paramref name="predicate"/> is true, in the order of <see cref="Files"/>: told by partition values and
    /// statistics, so that others may be among them, but none is left out that has such a row. Looks at all files before it returns.
    /// </summary>
    public FoundFiles FilesMatching(Predicate predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new FoundFiles(files, new FilePruner(this, predicate, cancellationToken).Find(), () => new SegmentScan(this, predicate));
    }

    /// <summary>How many files <see cref="FilesMatching"/> gives.</summary>
    public int CountFilesMatching(Predicate predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new FilePruner(this, predicate, cancellationToken).Count();
    }

    /// <summary>Bytes of memory that the files take, some of which this version may share with others.</summary>
    public long FileBytesHeld => files.HeldBytes;

    /// <summary>Number of active files.</summary>
    public int FileCount => files.Count;

    /// <summary>Length of the active files, in bytes.</summary>
    public long TotalBytes => files.TotalBytes;

    /// <summary>Number of rows, without deleted ones; <see langword="null"/> where a file's statistics do not tell. Computed at the first call.</summary>
    public long? NumRecords => numRecords.Value;

    /// <summary>Whether the change data feed is on (<c>delta.enableChangeDataFeed</c>).</summary>
    public bool HasChangeDataFeed => Metadata.IsEnabled(TableProperties.EnableChangeDataFeed);

    internal TableState State { get; }

    internal FileSet FileSet => files;

    /// <summary>The commit of the version, where it was still there.</summary>
    internal CommitIdentity? Commit { get; init; }

    /// <summary>The same for all snapshots that were read one from another.</summary>
    internal SnapshotLineage Lineage { get; init; } = new();

    /// <summary>Bytes of memory that it takes, some of which it may share with others.</summary>
    internal long BytesHeld => files.HeldBytes + State.BytesHeld;

    /// <summary>The same files with other metadata, as it would be after a commit that sets it.</summary>
    internal Snapshot With(Metadata metadata) =>
        new(TableRoot, Version, Timestamp, State with { Metadata = metadata }, files) { Commit = Commit, Lineage = Lineage };

    private long? CountRecords()
    {
        long total = 0;
        for (var index = 0; index < files.Segments.Length; index++)
        {
            var segment = files.Segments[index];
            for (var row = 0; row < segment.Count; row++)
            {
                if (FileLevel.IsGone(files.Gone[index], row))
                    continue;
                if (segment.LogicalRecords(row) is not { } records)
                    return null;
                total += records;
            }
        }

        return total;
    }
}
