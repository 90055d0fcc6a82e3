namespace Tideway.DeltaLog.Tests.Conformance;

/// <summary>The test tables that are refused, and why. Every other one must be read.</summary>
internal static class RefusedTables
{
    /// <summary>Their log is broken on purpose, is not there, or needs a feature that is not supported.</summary>
    public static readonly IReadOnlyDictionary<string, DeltaLogError> Broken = new Dictionary<string, DeltaLogError>
    {
        ["delta-rs/simple_table_features"] = DeltaLogError.UnsupportedReaderFeature,
        ["delta-rs/spark-variant-checkpoint"] = DeltaLogError.UnsupportedReaderFeature,
        ["golden/data-reader-absolute-paths-escaped-chars"] = DeltaLogError.CorruptLog,
        ["golden/deltalog-commit-info"] = DeltaLogError.CorruptLog,
        ["golden/deltalog-invalid-protocol-version"] = DeltaLogError.UnsupportedReaderFeature,
        ["golden/deltalog-state-reconstruction-from-checkpoint-missing-metadata"] = DeltaLogError.CorruptLog,
        ["golden/deltalog-state-reconstruction-from-checkpoint-missing-protocol"] = DeltaLogError.CorruptLog,
        ["golden/deltalog-state-reconstruction-without-metadata"] = DeltaLogError.CorruptLog,
        ["golden/deltalog-state-reconstruction-without-protocol"] = DeltaLogError.CorruptLog,
        ["golden/no-delta-log-folder"] = DeltaLogError.NotADeltaTable,
        ["golden/update-deleted-directory"] = DeltaLogError.CorruptLog,
        ["golden/versions-not-contiguous"] = DeltaLogError.MissingCommits,
    };

    /// <summary>Their log is read, their rows are not.</summary>
    public static readonly IReadOnlyDictionary<string, DeltaLogError> RowsNotSupported = new Dictionary<string, DeltaLogError>
    {
        // Nested columns mapped by id.
        ["golden/table-with-columnmapping-mode-id"] = DeltaLogError.UnsupportedReaderFeature,
    };
}
