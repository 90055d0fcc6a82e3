namespace Tideway.DeltaLog.Tests.Conformance;

/// <summary>The tables of <c>tests/TestTables</c>, made by other engines.</summary>
internal static class TestTables
{
    private static readonly string Root = FindRoot();

    /// <summary>Every table, as <c>collection/name</c>.</summary>
    public static IEnumerable<string> All =>
        from collection in new[] { "dat", "delta-rs", "golden" }
        from folder in Directory.GetDirectories(Path.Combine(Root, collection)).Order(StringComparer.Ordinal)
        select $"{collection}/{Path.GetFileName(folder)}";

    public static string Folder(string table) => Path.Combine(Root, table, "delta");

    /// <summary>The folder with the rows that the table must have, if its source gives them.</summary>
    public static string? Expected(string table)
    {
        var dat = Path.Combine(Root, table, "expected", "latest", "table_content");
        if (Directory.Exists(dat))
            return dat;
        var golden = Path.Combine(Root, table, "expected");
        return Directory.Exists(golden) ? golden : null;
    }

    /// <summary>The number of rows of the tables for which that is all that is known.</summary>
    public static IReadOnlyDictionary<string, long> Counts { get; } =
        File.ReadLines(Path.Combine(Root, "counts.tsv")).Select(line => line.Split('\t')).ToDictionary(parts => parts[0], parts => long.Parse(parts[1]));

    /// <summary>The zone of the machine that wrote the table, where its partition values depend on that.</summary>
    public static string TimeZone(string table) => table == "golden/data-reader-partition-values" ? "America/Los_Angeles" : "UTC";

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tideway.slnx")))
                return Path.Combine(folder.FullName, "tests", "TestTables");
        }

        throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }
}
