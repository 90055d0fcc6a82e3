using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>The two lines that begin every table answer in the parquet format. Clients compare them as text, so nothing of the request is in them but the version.</summary>
internal static class TableLines
{
    public static ProtocolLine Protocol { get; } = new() { MinReaderVersion = 1 };

    /// <summary>The metadata line of a snapshot; says its version only where one was asked for.</summary>
    public static MetadataLine Of(Snapshot snapshot, bool pinned) =>
        Of(snapshot.Metadata, pinned ? snapshot.Version : null) with
        {
            Size = snapshot.TotalBytes,
            NumFiles = snapshot.FileCount,
        };

    public static MetadataLine Of(Metadata metadata, long? version) =>
        new()
        {
            Id = metadata.Id,
            Name = metadata.TableName,
            Description = metadata.Description,
            SchemaString = metadata.SchemaString,
            PartitionColumns = metadata.PartitionColumns,
            // What else an owner notes on a table is not for others.
            Configuration = metadata
                .Configuration.Where(pair => pair.Key.StartsWith("delta.", StringComparison.Ordinal))
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
            Version = version,
        };
}
