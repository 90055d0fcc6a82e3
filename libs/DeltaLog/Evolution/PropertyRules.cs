using System.Globalization;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Evolution;

/// <summary>
/// Which table properties may be set, and to what. Names that do not begin with <c>delta.</c> belong to whoever uses them.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#table-properties">Table Properties</see>.
/// </summary>
internal static class PropertyRules
{
    public const string FeaturePrefix = "delta.feature.";

    private static readonly Func<string, string?> Flag = value => bool.TryParse(value, out _) ? null : "true or false";

    private static readonly Func<string, string?> Interval = value =>
        IntervalText.Parse(value) is { } span && span >= TimeSpan.Zero ? null : "an interval such as 'interval 7 days'";

    private static readonly Func<string, string?> Count = value =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? null : "a number above 0";

    private static readonly Func<string, string?> Anything = _ => null;

    private static readonly Dictionary<string, Func<string, string?>> Known = new(StringComparer.Ordinal)
    {
        [TableProperties.AppendOnly] = Flag,
        [TableProperties.EnableChangeDataFeed] = Flag,
        [TableProperties.EnableInCommitTimestamps] = Flag,
        [TableProperties.EnableDeletionVectors] = Flag,
        [TableProperties.EnableTypeWidening] = Flag,
        [TableProperties.EnableRowTracking] = Flag,
        [TableProperties.RowTrackingSuspended] = Flag,
        [TableProperties.EnableExpiredLogCleanup] = Flag,
        [TableProperties.CheckpointStatsAsJson] = Flag,
        [TableProperties.CheckpointStatsAsStruct] = Flag,
        [TableProperties.CheckpointInterval] = Count,
        [TableProperties.CheckpointPolicy] = OneOf("classic", "v2"),
        [TableProperties.IsolationLevel] = OneOf("Serializable", "WriteSerializable"),
        [TableProperties.LogRetention] = Interval,
        [TableProperties.DeletedFileRetention] = Interval,
        [TableProperties.TransactionRetention] = Interval,
        [TableProperties.TargetFileSize] = value => ByteText.Parse(value) > 0 ? null : "a size such as 134217728 or 128mb",
        [TableProperties.CompressionCodec] = OneOf("zstd", "snappy", "gzip", "lz4_raw", "uncompressed", "none"),
        [TableProperties.StatsColumns] = value =>
            int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= -1 ? null : "a number, or -1 for all",
        ["delta.dataSkippingStatsColumns"] = Anything,
        [ColumnMapping.ModeProperty] = OneOf("none", "name", "id"),
        ["delta.sampleRetentionDuration"] = Interval,
        ["delta.randomizeFilePrefixes"] = Flag,
        ["delta.randomPrefixLength"] = Count,
        ["delta.autoOptimize.optimizeWrite"] = Flag,
        ["delta.autoOptimize.autoCompact"] = Anything,
        ["delta.tuneFileSizesForRewrites"] = Flag,
    };

    private static readonly Dictionary<string, string> Reserved = new(StringComparer.Ordinal)
    {
        [MappedColumns.MaxIdProperty] = "it is kept by writers",
        [TableProperties.InCommitTimestampEnablementVersion] = "it is kept by writers",
        [TableProperties.InCommitTimestampEnablementTimestamp] = "it is kept by writers",
        ["delta.rowTracking.materializedRowIdColumnName"] = "it is kept by writers",
        ["delta.rowTracking.materializedRowCommitVersionColumnName"] = "it is kept by writers",
        ["delta.minReaderVersion"] = "protocols are raised by features, such as delta.feature.deletionVectors = supported",
        ["delta.minWriterVersion"] = "protocols are raised by features, such as delta.feature.deletionVectors = supported",
    };

    /// <summary>Why the property cannot be set to the value, or taken away (null); <see langword="null"/> where it can.</summary>
    public static string? Reason(string name, string? value)
    {
        if (Reserved.TryGetValue(name, out var reason))
            return reason;
        if (name.StartsWith("delta.constraints.", StringComparison.OrdinalIgnoreCase))
            return "constraints are added and dropped by their own commands, which look at the rows first";
        if (name.StartsWith(FeaturePrefix, StringComparison.Ordinal))
            return value is "supported" or "enabled" ? null : "a feature can only be set to supported";
        if (!name.StartsWith("delta.", StringComparison.Ordinal))
            return null;
        if (!Known.TryGetValue(name, out var rule))
            return value is null ? null : "there is no such property; names that do not begin with 'delta.' are free";
        return value is not null && rule(value) is { } expected ? $"expected {expected}, found '{value}'" : null;
    }

    private static Func<string, string?> OneOf(params string[] values) =>
        value => values.Contains(value, StringComparer.OrdinalIgnoreCase) ? null : string.Join(" or ", values);
}
