using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Writing;

/// <summary>The codec of new data files.</summary>
internal static class CompressionCodec
{
    private const string Default = "zstd";

    /// <summary>The codec that the table asks for, in DuckDB's words; the default where DuckDB does not know it.</summary>
    public static string Of(Metadata metadata) =>
        metadata.Configuration.GetValueOrDefault(TableProperties.CompressionCodec, Default).ToLowerInvariant() switch
        {
            "uncompressed" or "none" => "uncompressed",
            "snappy" => "snappy",
            "gzip" => "gzip",
            "lz4_raw" => "lz4_raw",
            _ => Default,
        };
}
