using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Server.Tables;

/// <summary>
/// The lines about a table itself, in either format. Clients compare them as text between calls and pages, so nothing of the request is in them but the
/// version that it asked for.
/// </summary>
public static class TableLines
{
    /// <summary>The protocol line; in the delta format with the version where the history of the protocol was asked for.</summary>
    public static SharingLine Protocol(ResponseFormats format, RecipientProtocol protocol, long? version = null)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        return format == ResponseFormats.Delta
            ? new DeltaProtocolLine { DeltaProtocol = protocol.ToDelta(), Version = version }
            : new ProtocolLine { MinReaderVersion = 1 };
    }

    /// <summary>The metadata line of a snapshot; says its version only where one was asked for, and other metadata where the client is to see other files.</summary>
    public static SharingLine Metadata(ResponseFormats format, Snapshot snapshot, bool pinned, Metadata? instead = null, TableAccess? access = null)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Metadata(format, instead ?? snapshot.Metadata, pinned ? snapshot.Version : null, snapshot.TotalBytes, snapshot.FileCount, access);
    }

    /// <summary>The metadata line; with a version where one was asked for, or where it is one of the history.</summary>
    public static SharingLine Metadata(
        ResponseFormats format,
        Metadata metadata,
        long? version,
        long? size = null,
        long? numFiles = null,
        TableAccess? access = null
    )
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (format == ResponseFormats.Delta)
        {
            return new DeltaMetadataLine
            {
                DeltaMetadata = new DeltaMetadata
                {
                    Id = metadata.Id,
                    Name = metadata.TableName,
                    Description = metadata.Description,
                    SchemaString = metadata.SchemaString,
                    PartitionColumns = metadata.PartitionColumns,
                    Configuration = RecipientProtocol.PropertiesOf(metadata),
                    CreatedTime = metadata.CreatedTime,
                },
                Version = version,
                Size = size,
                NumFiles = numFiles,
                Location = access?.Location,
                AccessModes = access?.Modes,
            };
        }

        return new MetadataLine
        {
            Id = metadata.Id,
            Name = metadata.TableName,
            Description = metadata.Description,
            SchemaString = metadata.SchemaString,
            PartitionColumns = metadata.PartitionColumns,
            Configuration = RecipientProtocol.PropertiesOf(metadata),
            Version = version,
            Size = size,
            NumFiles = numFiles,
            Location = access?.Location,
            AccessModes = access?.Modes,
        };
    }
}
