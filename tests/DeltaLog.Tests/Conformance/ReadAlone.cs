namespace Tideway.DeltaLog.Tests.Conformance;

/// <summary>The test tables that delta-kernel-rs refuses and that are read here, and why they may be.</summary>
internal static class ReadAlone
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["dat/iceberg_compat_v1"] =
            "its protocol names columnMapping for writers and not for readers, which delta-kernel-rs refuses; its columns are mapped all the same",
        ["delta-rs/spark-shredded-variant-preview-delta"] = "it has variants, which the build of delta-kernel-rs at hand does not read; they are given as JSON",
        ["delta-rs/spark-variant-checkpoint"] = "it has variants, which the build of delta-kernel-rs at hand does not read; they are given as JSON",
        ["golden/spark-variant-checkpoint"] = "it has variants, which the build of delta-kernel-rs at hand does not read; they are given as JSON",
        ["golden/canonicalized-paths-normal-a"] = RemovedElsewhere,
        ["golden/canonicalized-paths-normal-b"] = RemovedElsewhere,
        ["golden/canonicalized-paths-special-a"] = RemovedElsewhere,
        ["golden/canonicalized-paths-special-b"] = RemovedElsewhere,
    };

    private const string RemovedElsewhere = "its only file lies outside the table and was removed, by another spelling of its path: no file is left to refuse";

    /// <summary>Why the table is read; <see langword="null"/> for one that both read or refuse.</summary>
    public static string? Reason(TestTable table) => table.Kernel is null ? Reasons.GetValueOrDefault(table.Folder) : null;
}
