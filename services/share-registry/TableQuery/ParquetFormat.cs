using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.ShareRegistry.Catalog;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// What the parquet response format can express. It has no place for deleted rows or for columns named otherwise in the files: a reader would
/// get rows that are not in the table. Such tables are refused.
/// </summary>
internal static class ParquetFormat
{
    private const string ColumnMappingMode = "delta.columnMapping.mode";

    /// <summary>The refusal of a client that does not take the format, or <see langword="null"/>.</summary>
    public static ProtocolRefusal? Check(SharingCapabilities capabilities) =>
        capabilities.ResponseFormats.HasFlag(ResponseFormats.Parquet)
            ? null
            : ProtocolRefusals.Unsupported("The response format delta is not supported; only parquet is.");

    /// <summary>The refusal of a version whose files the format cannot express, or <see langword="null"/>.</summary>
    public static ProtocolRefusal? Check(Snapshot snapshot, GrantedTable table)
    {
        if (Check(snapshot.Metadata, snapshot.Version, table) is { } refusal)
            return refusal;
        // Only files count: a table may allow deletion vectors and have none.
        return snapshot.Protocol.MinReaderVersion >= 3 && snapshot.Files.Any(file => file.DeletionVector is not null)
            ? HasDeletedRows(snapshot.Version, table)
            : null;
    }

    public static ProtocolRefusal? Check(Metadata metadata, long version, GrantedTable table) =>
        metadata.Configuration.TryGetValue(ColumnMappingMode, out var mode) && !string.Equals(mode, "none", StringComparison.OrdinalIgnoreCase)
            ? Unsupported(table, version, $"its columns are mapped ({ColumnMappingMode} is {mode})")
            : null;

    public static ProtocolRefusal HasDeletedRows(long version, GrantedTable table) =>
        Unsupported(table, version, "rows of its files are deleted by deletion vectors");

    private static ProtocolRefusal Unsupported(GrantedTable table, long version, string reason) =>
        ProtocolRefusals.Unsupported(
            $"Unsupported Delta Table Properties: version {version} of {table.FullName} cannot be expressed in the response format parquet: {reason}."
        );
}
