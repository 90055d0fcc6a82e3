namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Names of files in a log, right and wrong.</summary>
internal static class LogNames
{
    private static readonly string[] Odd =
    [
        "09223372036854775807.json",
        "09223372036854775806.json",
        "99999999999999999999.json",
        "18446744073709551615.json",
        "00000000000000000001.JSON",
        "0000000000000000000.json",
        "00000000000000000000.json.tmp",
        ".00000000000000000001.json",
        "+0000000000000000001.json",
        "-0000000000000000001.json",
        "00000000000000000000.checkpoint.json",
        "00000000000000000000.checkpoint.0000000000.0000000000.parquet",
        "00000000000000000002.checkpoint.0000000002.0000000001.parquet",
        "00000000000000000002.checkpoint.0000000001.9999999999.parquet",
        "00000000000000000002.checkpoint.not-a-guid-at-all-not-a-guid-at-all-.json",
        "00000000000000000001.00000000000000000000.compacted.json",
        "00000000000000000000.99999999999999999999.compacted.json",
        "00000000000000000000.09223372036854775807.compacted.json",
        "_sidecars/x.parquet",
        "_commits/00000000000000000001.7f1d2f1a-0000-4000-8000-000000000001.json",
        "_last_checkpoint.crc",
        "~",
        "zzz",
    ];

    public static bool IsCommit(string key) =>
        key.StartsWith("_delta_log/", StringComparison.Ordinal)
        && key.Length == "_delta_log/00000000000000000000.json".Length
        && key.EndsWith(".json", StringComparison.Ordinal);

    public static string Hostile(Random random) =>
        "_delta_log/"
        + random.Next(6) switch
        {
            0 => $"{random.Next(20):D20}.json",
            1 => $"{random.NextInt64(long.MaxValue):D20}.json",
            2 => $"{random.Next(20):D20}.checkpoint.{Uuid(random)}.json",
            3 => $"{random.Next(20):D20}.crc",
            4 => $"{random.Next(20):D20}.{random.Next(20):D20}.compacted.json",
            _ => random.GetItems(Odd, 1)[0],
        };

    private static Guid Uuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
