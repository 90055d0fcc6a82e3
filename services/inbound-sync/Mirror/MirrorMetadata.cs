using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Mirror;

/// <summary>Metadata and protocol of a local table that repeats a remote one.</summary>
internal static class MirrorMetadata
{
    /// <summary>
    /// The remote schema and partitioning as they are. Of the remote settings none is taken over: they are duties of the remote table's writers,
    /// and what they ask for is in the files already.
    /// </summary>
    public static Metadata Of(MetadataLine remote, Metadata? local, long now) =>
        new()
        {
            Id = local?.Id ?? Guid.CreateVersion7().ToString(),
            TableName = remote.Name,
            Description = remote.Description,
            SchemaString = remote.SchemaString,
            PartitionColumns = remote.PartitionColumns,
            CreatedTime = local?.CreatedTime ?? now,
            Configuration = new Dictionary<string, string>(StringComparer.Ordinal) { [LocalTable.RemoteIdProperty] = remote.Id },
        };

    /// <summary>The least protocol that can hold the schema.</summary>
    public static Protocol ProtocolOf(MetadataLine remote) =>
        NewTableProtocol.For(SchemaJson.Parse(remote.SchemaString), new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>Whether the local table still has the remote schema and partitioning.</summary>
    public static bool Fits(MetadataLine remote, Metadata local) =>
        remote.SchemaString == local.SchemaString && remote.PartitionColumns.SequenceEqual(local.PartitionColumns, StringComparer.Ordinal);
}
