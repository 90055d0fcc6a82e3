using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.CdfPublisher.Changes;

/// <summary>Tells tables whose files say everything by themselves from those that clients of the parquet format would read wrongly.</summary>
internal static class PlainTable
{
    private const string ColumnMappingMode = "delta.columnMapping.mode";
    private const string EnableDeletionVectors = "delta.enableDeletionVectors";

    /// <summary>Why the version cannot be answered in the parquet format; null where it can.</summary>
    public static string? FindFault(TableHeader header)
    {
        if (header.Metadata.Configuration.TryGetValue(ColumnMappingMode, out var mode) && !mode.Equals("none", StringComparison.OrdinalIgnoreCase))
            return Unsupported(header, $"{ColumnMappingMode}={mode}");
        if (header.Metadata.IsEnabled(EnableDeletionVectors))
            return Unsupported(header, $"{EnableDeletionVectors}=true");
        return header.Protocol.ReaderFeatures?.Contains(TableFeatures.TimestampNtz) == true ? Unsupported(header, TableFeatures.TimestampNtz) : null;
    }

    private static string Unsupported(TableHeader header, string what) =>
        $"Unsupported Delta Table Properties: {what} at version {header.Version} cannot be read in the response format parquet.";
}
