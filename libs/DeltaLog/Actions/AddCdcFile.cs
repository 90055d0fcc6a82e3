using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>cdc</c>: a file with the rows that a version changed, and how (<c>_change_type</c>).
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-cdc-file">Add CDC File</see>.
/// </summary>
public sealed record AddCdcFile : DeltaAction
{
    /// <summary>URI of the change data file, as in the <c>add</c> action.</summary>
    public required string Path { get; init; }

    /// <summary>Value of each partition column, serialized.</summary>
    public IReadOnlyDictionary<string, string?> PartitionValues { get; init; } = JsonFields.NoPairs;

    /// <summary>Length of the file in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Tags of the file.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    internal override string Name => "cdc";

    internal static AddCdcFile Read(ref Utf8JsonReader reader)
    {
        string? path = null;
        IReadOnlyDictionary<string, string?>? partitionValues = null,
            tags = null;
        long? size = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("path"u8))
                path = reader.TakeString();
            else if (reader.ValueTextEquals("partitionValues"u8))
                partitionValues = reader.TakePairs();
            else if (reader.ValueTextEquals("size"u8))
                size = reader.TakeSize();
            else if (reader.ValueTextEquals("tags"u8))
                tags = reader.TakePairs();
            else
                reader.SkipValue();
        }

        return new AddCdcFile
        {
            Path = JsonFields.Required(path, "path"),
            PartitionValues = JsonFields.Required(partitionValues, "partitionValues"),
            Size = JsonFields.Required(size, "size"),
            Tags = tags,
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("path", Path);
        writer.WritePairs("partitionValues", PartitionValues);
        writer.WriteNumber("size", Size);
        // Change files never change the table itself.
        writer.WriteBoolean("dataChange", false);
        if (Tags is not null)
            writer.WritePairs("tags", Tags);
    }
}
