namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Values that a log should not hold, and that somebody may put there.</summary>
internal static class HostileValues
{
    public static readonly string[] Numbers =
    [
        "-1",
        "0",
        "-0",
        "1",
        "0.5",
        "1e3",
        "1E400",
        "-1e-400",
        "2147483647",
        "2147483648",
        "-2147483649",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551616",
        "253402300799999",
        "253402300800000",
        "-62135596800001",
        "99999999999999999999999999999999999999999999999999",
        "1.7976931348623157e309",
    ];

    public static readonly string[] Paths =
    [
        "../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "a/../../b",
        "/etc/passwd",
        "//etc/passwd",
        "file:///etc/passwd",
        "file:/etc/passwd",
        "FILE:////etc/passwd",
        "file://host/etc/passwd",
        "file:///nowhere/table/../../etc/passwd",
        "file:///nowhere/table/%2e%2e/%2e%2e/etc/passwd",
        "/nowhere/table/../other",
        "file:///nowhere/table/inside.parquet",
        "http://127.0.0.1:1/x.parquet",
        "https://example.com/x.parquet",
        "s3://bucket/key.parquet",
        "abfss://a@b/c",
        "hdfs://h/x",
        "C:\\\\Windows\\\\x",
        "..\\\\..\\\\x",
        "a\\u0000b",
        "a\\nb",
        "a%0Ab.parquet",
        "%00",
        "%",
        "%zz",
        "%C3%28",
        "",
        ".",
        "..",
        "./a",
        "a//b",
        "a/",
        "*.parquet",
        "**/*.parquet",
        "[a-z]*",
        "{a,b}.parquet",
        "~/x",
        "$HOME/x",
        "read_text('/etc/passwd')",
        "x' UNION SELECT 1 --",
        "_delta_log/00000000000000000000.json",
        "_delta_log/_last_checkpoint",
    ];

    public static readonly string[] Texts =
    [
        "",
        " ",
        "null",
        "true",
        "NaN",
        "\\ud800",
        "\\udc00\\ud800",
        "\\u0000",
        "\\uFEFF",
        "\\\"",
        "'; DROP TABLE x; --",
        "9223372036854775808",
        "interval 99999999999999999999 days",
        "interval 9223372036854775807 weeks",
        "interval -9223372036854775808 weeks",
        "interval 1 day 2",
        "decimal(39,40)",
        "decimal(-1,0)",
        "decimal(38,38)",
        "variant",
        "struct",
        "array",
        "map",
        "void",
        "none",
        "name",
        "id",
        "u",
        "p",
        "i",
        "__HIVE_DEFAULT_PARTITION__",
        "2026-13-45",
        "ab^-aqEH.-t@S}K{vb[*k^",
        "{}",
        "[]",
        "{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[]}",
    ];

    /// <summary>A value in JSON of any kind.</summary>
    public static string Any(Random random) =>
        random.Next(9) switch
        {
            0 => "null",
            1 => random.Next(2) == 0 ? "true" : "false",
            2 or 3 => random.GetItems(Numbers, 1)[0],
            4 => $"\"{random.GetItems(Paths, 1)[0]}\"",
            5 => $"\"{random.GetItems(Texts, 1)[0]}\"",
            6 => random.Next(2) == 0 ? "{}" : "[]",
            7 => Deep(random),
            _ => $"\"{new string((char)('!' + random.Next(90)), random.Next(3000)).Replace("\"", "q").Replace("\\", "b")}\"",
        };

    /// <summary>Arrays or objects within each other.</summary>
    public static string Deep(Random random)
    {
        var depth = random.Next(4) switch
        {
            0 => random.Next(1, 20),
            1 => random.Next(50, 140),
            2 => random.Next(200, 300),
            _ => random.Next(1000, 5000),
        };
        return random.Next(3) switch
        {
            0 => new string('[', depth) + new string(']', depth),
            1 => string.Concat(Enumerable.Repeat("{\"type\":", depth)) + "1" + new string('}', depth),
            _ => string.Concat(Enumerable.Repeat("{\"type\":\"array\",\"containsNull\":true,\"elementType\":", depth)) + "\"long\"" + new string('}', depth),
        };
    }
}
