namespace Tideway.DeltaLog.Tests.Conformance;

/// <summary>The test tables that are refused, and why. Every other one must be read.</summary>
internal static class RefusedTables
{
    /// <summary>Their log is broken on purpose, is not there, or needs a feature that is not supported.</summary>
    public static readonly IReadOnlyDictionary<string, DeltaLogError> Broken = new Dictionary<string, DeltaLogError>
    {
        ["delta-rs/simple_table_features"] = DeltaLogError.UnsupportedReaderFeature,
        ["golden/canonicalized-paths-normal-a-2"] = DeltaLogError.CorruptLog,
        ["golden/canonicalized-paths-normal-b-2"] = DeltaLogError.CorruptLog,
        ["golden/canonicalized-paths-special-a-2"] = DeltaLogError.CorruptLog,
        ["golden/canonicalized-paths-special-b-2"] = DeltaLogError.CorruptLog,
        ["golden/corrupted-last-checkpoint"] = DeltaLogError.CorruptLog,
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

    /// <summary>Their log is read; data files that it names are not there.</summary>
    public static readonly IReadOnlyDictionary<string, DeltaLogError> WithoutRows = new[]
    {
        "delta-rs/checkpoint_with_partitions",
        "delta-rs/checkpoints",
        "delta-rs/checkpoints_vacuumed",
        "delta-rs/latest_not_checkpointed",
        "delta-rs/spark-variant-stable-feature-checkpoint",
        "delta-rs/table-with-domain-metadata",
        "delta-rs/with_checkpoint_no_last_checkpoint",
        "golden/checkpoint",
        "golden/delete-re-add-same-file-different-transactions",
        "golden/log-replay-special-characters-b",
        "golden/parquet-decimal-dictionaries-v1",
    }.ToDictionary(table => table, _ => DeltaLogError.DataFileMissing);

    /// <summary>Why a table is refused; <see langword="null"/> where it must be read.</summary>
    public static DeltaLogError? Reason(string table) => Broken.TryGetValue(table, out var error) || WithoutRows.TryGetValue(table, out error) ? error : null;
}
