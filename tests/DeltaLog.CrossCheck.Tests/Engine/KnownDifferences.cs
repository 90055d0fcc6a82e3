namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>Tables that the two engines do not read alike, and how that ends. What we refuse or read alone is held by the conformance tests.</summary>
internal static class KnownDifferences
{
    private const string Same = "same";
    private const string MissingFile =
        "they refuse: Code: 1001. DB::Exception: std::__1::filesystem::filesystem_error: filesystem error: in last_write_time: No such file";
    private const string Variant = "they refuse: Code: 48. DB::Exception: Unsupported Variant data type";

    private static readonly Dictionary<string, string> Outcomes = new(StringComparer.Ordinal)
    {
        // They hold the writer to listing a feature for readers too.
        ["dat/iceberg_compat_v1"] = "they refuse: Code: 742",
        // They read decimals of more than 19 digits in partition values wrongly.
        ["dat/multi_partitioned_2"] = "differ",
        ["delta-rs/simple_table_features"] = "both refuse",
        // They hold no timestamp after the year 2299.
        ["delta-rs/table_with_edge_timestamps"] = "they refuse: Code: 321",
        // The tables lack some data files: they want each to be there when they list it, even where they read none of its rows.
        ["delta-rs/checkpoint_with_partitions"] = MissingFile,
        ["delta-rs/latest_not_checkpointed"] = MissingFile,
        ["delta-rs/table-with-domain-metadata"] = MissingFile,
        ["delta-rs/with_checkpoint_no_last_checkpoint"] = MissingFile,
        ["golden/checkpoint"] = MissingFile,
        ["golden/delete-re-add-same-file-different-transactions"] = MissingFile,
        ["golden/log-replay-special-characters-b"] = MissingFile,
        ["golden/parquet-decimal-dictionaries-v1"] = MissingFile,
        ["delta-rs/spark-shredded-variant-preview-delta"] = Variant,
        ["delta-rs/spark-variant-checkpoint"] = Variant,
        ["golden/spark-variant-checkpoint"] = Variant,
        // Only the log is there, without a single data file.
        ["delta-rs/checkpoints"] = "both refuse",
        ["delta-rs/checkpoints_vacuumed"] = "both refuse",
        ["delta-rs/spark-variant-stable-feature-checkpoint"] = "both refuse",
        // They want every file below the table's folder, also those that were removed.
        ["golden/canonicalized-paths-normal-a"] = "they refuse: Code: 481",
        ["golden/canonicalized-paths-normal-b"] = "they refuse: Code: 481",
        ["golden/canonicalized-paths-special-a"] = "they refuse: Code: 481",
        ["golden/canonicalized-paths-special-b"] = "they refuse: Code: 481",
        ["golden/canonicalized-paths-normal-a-2"] = "both refuse",
        ["golden/canonicalized-paths-normal-b-2"] = "both refuse",
        ["golden/canonicalized-paths-special-a-2"] = "both refuse",
        ["golden/canonicalized-paths-special-b-2"] = "both refuse",
        ["golden/corrupted-last-checkpoint"] = "both refuse",
        // They do not find fields of structs within lists and maps whose names are mapped.
        ["golden/table-with-columnmapping-mode-name"] = "differ",
        ["golden/table-with-columnmapping-mode-id"] = "differ",
        ["golden/table-with-columnmapping-mode-name-2"] = "they refuse: Code: 53",
        ["golden/table-with-columnmapping-mode-id-2"] = "they refuse: Code: 53",
        ["golden/table-with-icebegCompatV2Enabled"] = "they refuse: Code: 53",
        ["golden/data-reader-absolute-paths-escaped-chars"] = "both refuse",
        ["golden/deltalog-commit-info"] = "both refuse",
        ["golden/deltalog-invalid-protocol-version"] = "both refuse",
        ["golden/deltalog-state-reconstruction-from-checkpoint-missing-metadata"] = "both refuse",
        ["golden/deltalog-state-reconstruction-from-checkpoint-missing-protocol"] = "both refuse",
        ["golden/deltalog-state-reconstruction-without-metadata"] = "both refuse",
        ["golden/deltalog-state-reconstruction-without-protocol"] = "both refuse",
        ["golden/no-delta-log-folder"] = "both refuse",
        ["golden/update-deleted-directory"] = "both refuse",
        ["golden/versions-not-contiguous"] = "both refuse",
    };

    public static string Of(string table) => Outcomes.GetValueOrDefault(table, Same);
}
