using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>sidecar</c>: a Parquet file below <c>_delta_log/_sidecars</c> that holds file actions of a V2 checkpoint.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#sidecar-file-information">Sidecar File Information</see>.
/// </summary>
public sealed record Sidecar : DeltaAction
{
    /// <summary>Name of the file, or a path to it.</summary>
    public required string Path { get; init; }

    /// <summary>Length of the file in bytes.</summary>
    public required long SizeInBytes { get; init; }

    /// <summary>When the file was made, in milliseconds since the epoch.</summary>
    public required long ModificationTime { get; init; }

    /// <summary>Tags of the file.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    internal override string Name => "sidecar";

    internal static Sidecar Read(ref Utf8JsonReader reader)
    {
        string? path = null;
        long? size = null,
            modificationTime = null;
        IReadOnlyDictionary<string, string?>? tags = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("path"u8))
                path = reader.TakeString();
            else if (reader.ValueTextEquals("sizeInBytes"u8))
                size = reader.TakeLong();
            else if (reader.ValueTextEquals("modificationTime"u8))
                modificationTime = reader.TakeLong();
            else if (reader.ValueTextEquals("tags"u8))
                tags = reader.TakePairs();
            else
                reader.SkipValue();
        }

        return new Sidecar
        {
            Path = JsonFields.Required(path, "path"),
            SizeInBytes = JsonFields.Required(size, "sizeInBytes"),
            ModificationTime = JsonFields.Required(modificationTime, "modificationTime"),
            Tags = tags,
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("path", Path);
        writer.WriteNumber("sizeInBytes", SizeInBytes);
        writer.WriteNumber("modificationTime", ModificationTime);
        if (Tags is not null)
            writer.WritePairs("tags", Tags);
    }
}
