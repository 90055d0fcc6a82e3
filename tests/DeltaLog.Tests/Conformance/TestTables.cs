namespace Tideway.DeltaLog.Tests.Conformance;

/// <summary>A table of another engine, as the catalogue has it.</summary>
/// <param name="Source">Its collection and name there; several can be the same table.</param>
/// <param name="Folder">Its folder below <c>tests/TestTables</c>, as <c>collection/name</c>.</param>
/// <param name="Features">What it uses.</param>
/// <param name="Rows">How many rows it must have, where its source says so.</param>
/// <param name="Kernel">How many rows delta-kernel-rs reads; <see langword="null"/> where it refuses the table.</param>
public sealed record TestTable(string Source, string Folder, string Features, long? Rows, long? Kernel);

/// <summary>The tables of <c>tests/TestTables</c>, made by other engines.</summary>
internal static class TestTables
{
    private static readonly string Root = Path.Combine(Repository, "tests", "TestTables");

    /// <summary>The catalogue.</summary>
    public static IReadOnlyList<TestTable> Catalogue { get; } =
    [.. File.ReadLines(Path.Combine(Root, "catalogue.tsv")).Skip(1).Select(line => Parse(line.Split('\t')))];

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

    /// <summary>The zone of the machine that wrote the table, where its partition values depend on that.</summary>
    public static string TimeZone(string table) => table == "golden/data-reader-partition-values" ? "America/Los_Angeles" : "UTC";

    /// <summary>The folder that holds the product.</summary>
    public static string Repository
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Tideway.slnx")))
                    return folder.FullName;
            }

            throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
        }
    }

    private static TestTable Parse(string[] columns) => new(columns[0], columns[1], columns[2], Number(columns[3]), Number(columns[4]));

    private static long? Number(string text) => long.TryParse(text, out var number) ? number : null;
}
