using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>add</c>: a file of the table.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file">Add File and Remove File</see>.
/// </summary>
public sealed record AddFile : DeltaAction
{
    /// <summary>URI of the data file, percent-encoded, relative to the table's root or absolute, exactly as in the log.</summary>
    public required string Path { get; init; }

    /// <summary>Value of each partition column, serialized; <see langword="null"/> and the empty string are null.</summary>
    public IReadOnlyDictionary<string, string?> PartitionValues { get; init; } = JsonFields.NoPairs;

    /// <summary>Length of the data file in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When the file was made, in milliseconds since the epoch.</summary>
    public required long ModificationTime { get; init; }

    /// <summary>False where the file only rearranges rows that the table had already.</summary>
    public required bool DataChange { get; init; }

    /// <summary>Statistics of the file as JSON, exactly as in the log.</summary>
    public string? Stats { get; init; }

    /// <summary>Tags of the file.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>The rows of the file that are deleted, if any.</summary>
    public DeletionVectorDescriptor? DeletionVector { get; init; }

    /// <summary>Row id of the file's first row, with row tracking.</summary>
    public long? BaseRowId { get; init; }

    /// <summary>Version that first added the file, with row tracking.</summary>
    public long? DefaultRowCommitVersion { get; init; }

    /// <summary>Name of the clustering implementation.</summary>
    public string? ClusteringProvider { get; init; }

    internal override string Name => "add";

    /// <summary>Rows in the data file, deleted ones included, as far as its statistics say.</summary>
    public long? PhysicalRecords() => FileStatistics.NumRecords(Stats);

    /// <summary>Rows that the table sees in this file, as far as its statistics say.</summary>
    public long? LogicalRecords() => PhysicalRecords() - (DeletionVector?.Cardinality ?? 0);

    /// <summary>
    /// The file with the number of its rows in its statistics, deleted ones included, which files with deletion vectors must have.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirement-for-deletion-vectors">Writer Requirement for Deletion Vectors</see>.
    /// </summary>
    public AddFile WithPhysicalRecords(long rows) => this with { Stats = FileStatistics.Widened(Stats, rows) };

    /// <summary>The action that takes this file out of the table.</summary>
    /// <param name="deletionTimestamp">Milliseconds since the epoch.</param>
    /// <param name="dataChange">False where the rows stay in the table, in other files.</param>
    public RemoveFile Remove(long deletionTimestamp, bool dataChange = true) =>
        new()
        {
            Path = Path,
            DeletionTimestamp = deletionTimestamp,
            DataChange = dataChange,
            ExtendedFileMetadata = true,
            PartitionValues = PartitionValues,
            Size = Size,
            Stats = Stats,
            Tags = Tags,
            DeletionVector = DeletionVector,
            BaseRowId = BaseRowId,
            DefaultRowCommitVersion = DefaultRowCommitVersion,
        };

    internal static AddFile Read(ref Utf8JsonReader reader)
    {
        string? path = null,
            stats = null,
            clusteringProvider = null;
        IReadOnlyDictionary<string, string?>? partitionValues = null,
            tags = null;
        long? size = null,
            modificationTime = null,
            baseRowId = null,
            rowCommitVersion = null;
        bool? dataChange = null;
        DeletionVectorDescriptor? deletionVector = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("path"u8))
                path = reader.TakeString();
            else if (reader.ValueTextEquals("partitionValues"u8))
                partitionValues = reader.TakePairs();
            else if (reader.ValueTextEquals("size"u8))
                size = reader.TakeSize();
            else if (reader.ValueTextEquals("modificationTime"u8))
                modificationTime = reader.TakeLong();
            else if (reader.ValueTextEquals("dataChange"u8))
                dataChange = reader.TakeBool();
            else if (reader.ValueTextEquals("stats"u8))
                stats = reader.TakeString();
            else if (reader.ValueTextEquals("tags"u8))
                tags = reader.TakePairs();
            else if (reader.ValueTextEquals("deletionVector"u8))
                deletionVector = DeletionVectorDescriptor.Read(ref reader);
            else if (reader.ValueTextEquals("baseRowId"u8))
                baseRowId = reader.TakeLong();
            else if (reader.ValueTextEquals("defaultRowCommitVersion"u8))
                rowCommitVersion = reader.TakeLong();
            else if (reader.ValueTextEquals("clusteringProvider"u8))
                clusteringProvider = reader.TakeString();
            else
                reader.SkipValue();
        }

        return new AddFile
        {
            Path = JsonFields.Required(path, "path"),
            PartitionValues = JsonFields.Required(partitionValues, "partitionValues"),
            Size = JsonFields.Required(size, "size"),
            ModificationTime = JsonFields.Required(modificationTime, "modificationTime"),
            DataChange = JsonFields.Required(dataChange, "dataChange"),
            Stats = stats,
            Tags = tags,
            DeletionVector = deletionVector,
            BaseRowId = baseRowId,
            DefaultRowCommitVersion = rowCommitVersion,
            ClusteringProvider = clusteringProvider,
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("path", Path);
        writer.WritePairs("partitionValues", PartitionValues);
        writer.WriteNumber("size", Size);
        writer.WriteNumber("modificationTime", ModificationTime);
        writer.WriteBoolean("dataChange", DataChange);
        writer.WriteOptional("stats", Stats);
        if (Tags is not null)
            writer.WritePairs("tags", Tags);
        DeletionVector?.WriteTo(writer, "deletionVector");
        writer.WriteOptional("baseRowId", BaseRowId);
        writer.WriteOptional("defaultRowCommitVersion", DefaultRowCommitVersion);
        writer.WriteOptional("clusteringProvider", ClusteringProvider);
    }
}
