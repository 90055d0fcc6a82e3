namespace Tideway.DeltaLog.CrossCheck.Tests;

/// <summary>The tables of <c>tests/TestTables</c>, made by other engines.</summary>
internal static class SourceTables
{
    public static string Root { get; } = Path.Combine(RepositoryRoot(), "tests", "TestTables");

    /// <summary>The folders of all tables, as <c>collection/name</c>.</summary>
    public static IEnumerable<string> All =>
        from collection in new[] { "dat", "delta-rs", "golden" }
        from folder in Directory.GetDirectories(Path.Combine(Root, collection)).Order(StringComparer.Ordinal)
        select $"{collection}/{Path.GetFileName(folder)}";

    public static string Folder(string table) => Path.Combine(Root, table, "delta");

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tideway.slnx")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }
}
