using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>checkpointMetadata</c>: marks a checkpoint of the V2 specification.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-metadata">Checkpoint Metadata</see>.
/// </summary>
public sealed record CheckpointMetadata : DeltaAction
{
    /// <summary>The table version that the checkpoint holds.</summary>
    public required long Version { get; init; }

    /// <summary>Tags of the checkpoint.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    internal override string Name => "checkpointMetadata";

    internal static CheckpointMetadata Read(ref Utf8JsonReader reader)
    {
        long? version = null;
        IReadOnlyDictionary<string, string?>? tags = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("version"u8))
                version = reader.TakeLong();
            else if (reader.ValueTextEquals("tags"u8))
                tags = reader.TakePairs();
            else
                reader.SkipValue();
        }

        return new CheckpointMetadata { Version = JsonFields.Required(version, "version"), Tags = tags };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("version", Version);
        if (Tags is not null)
            writer.WritePairs("tags", Tags);
    }
}
