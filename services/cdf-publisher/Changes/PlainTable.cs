using Tideway.DeltaLog.Actions;

namespace Tideway.CdfPublisher.Changes;

/// <summary>
/// Tells tables whose files say everything by themselves from those that clients of the parquet format would read wrongly: it has no place for
/// deleted rows, nor for columns that are named otherwise in the files.
/// </summary>
internal static class PlainTable
{
    private const string ColumnMappingMode = "delta.columnMapping.mode";

    /// <summary>Why a version cannot be answered in the parquet format; null where its metadata allows it.</summary>
    public static string? FindFault(TableHeader header) =>
        header.Metadata.Configuration.TryGetValue(ColumnMappingMode, out var mode) && !mode.Equals("none", StringComparison.OrdinalIgnoreCase)
            ? Unsupported(header.Version, $"its columns are mapped ({ColumnMappingMode} is {mode})")
            : null;

    /// <summary>Why a change cannot be answered in the parquet format; null where it can.</summary>
    public static string? FindFault(DeltaAction file, TableHeader header) =>
        file switch
        {
            AddFile { DeletionVector: not null } or RemoveFile { DeletionVector: not null } => Unsupported(
                header.Version,
                "rows of its files are deleted by deletion vectors"
            ),
            RemoveFile { PartitionValues: null } when header.Metadata.PartitionColumns.Count > 0 => Unsupported(
                header.Version,
                "it removes a file without saying of which partition"
            ),
            _ => null,
        };

    private static string Unsupported(long version, string reason) =>
        $"Unsupported Delta Table Properties: version {version} cannot be expressed in the response format parquet: {reason}.";
}
