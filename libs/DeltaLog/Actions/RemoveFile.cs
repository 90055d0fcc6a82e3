using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>remove</c>: a file that is no longer part of the table.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file">Add File and Remove File</see>.
/// </summary>
public sealed record RemoveFile : DeltaAction
{
    /// <summary>URI of the data file, as in the <c>add</c> action.</summary>
    public required string Path { get; init; }

    /// <summary>When the file was removed, in milliseconds since the epoch.</summary>
    public long? DeletionTimestamp { get; init; }

    /// <summary>False where the rows stay in the table, in other files.</summary>
    public required bool DataChange { get; init; }

    /// <summary>Whether <see cref="PartitionValues"/>, <see cref="Size"/> and <see cref="Tags"/> are given.</summary>
    public bool? ExtendedFileMetadata { get; init; }

    /// <summary>Value of each partition column, if given.</summary>
    public IReadOnlyDictionary<string, string?>? PartitionValues { get; init; }

    /// <summary>Length of the data file in bytes, if given.</summary>
    public long? Size { get; init; }

    /// <summary>Statistics of the file as JSON, if given.</summary>
    public string? Stats { get; init; }

    /// <summary>Tags of the file, if given.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>The deleted rows that the removed file had, if any.</summary>
    public DeletionVectorDescriptor? DeletionVector { get; init; }

    /// <summary>Row id of the file's first row, with row tracking.</summary>
    public long? BaseRowId { get; init; }

    /// <summary>Version that first added the file, with row tracking.</summary>
    public long? DefaultRowCommitVersion { get; init; }

    internal override string Name => "remove";

    internal static RemoveFile Read(ref Utf8JsonReader reader)
    {
        string? path = null,
            stats = null;
        IReadOnlyDictionary<string, string?>? partitionValues = null,
            tags = null;
        long? deletionTimestamp = null,
            size = null,
            baseRowId = null,
            rowCommitVersion = null;
        bool? dataChange = null,
            extended = null;
        DeletionVectorDescriptor? deletionVector = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("path"u8))
                path = reader.TakeString();
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
                deletionTimestamp = reader.TakeLong();
            else if (reader.ValueTextEquals("dataChange"u8))
                dataChange = reader.TakeBool();
            else if (reader.ValueTextEquals("extendedFileMetadata"u8))
                extended = reader.TakeBool();
            else if (reader.ValueTextEquals("partitionValues"u8))
                partitionValues = reader.TakePairs();
            else if (reader.ValueTextEquals("size"u8))
                size = reader.TakeLong();
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
            else
                reader.SkipValue();
        }

        return new RemoveFile
        {
            Path = JsonFields.Required(path, "path"),
            DeletionTimestamp = deletionTimestamp,
            DataChange = JsonFields.Required(dataChange, "dataChange"),
            ExtendedFileMetadata = extended,
            PartitionValues = partitionValues,
            Size = size,
            Stats = stats,
            Tags = tags,
            DeletionVector = deletionVector,
            BaseRowId = baseRowId,
            DefaultRowCommitVersion = rowCommitVersion,
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("path", Path);
        writer.WriteOptional("deletionTimestamp", DeletionTimestamp);
        writer.WriteBoolean("dataChange", DataChange);
        if (ExtendedFileMetadata is { } extended)
            writer.WriteBoolean("extendedFileMetadata", extended);
        if (PartitionValues is not null)
            writer.WritePairs("partitionValues", PartitionValues);
        writer.WriteOptional("size", Size);
        writer.WriteOptional("stats", Stats);
        if (Tags is not null)
            writer.WritePairs("tags", Tags);
        DeletionVector?.WriteTo(writer, "deletionVector");
        writer.WriteOptional("baseRowId", BaseRowId);
        writer.WriteOptional("defaultRowCommitVersion", DefaultRowCommitVersion);
    }
}
