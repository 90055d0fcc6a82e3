namespace Tideway.Testing;

/// <summary>A Delta table that another engine wrote, whose commits come one by one, as they did.</summary>
public sealed class ReplayedTable
{
    private readonly string source;
    private long next;

    private ReplayedTable(string source, string folder)
    {
        this.source = source;
        Folder = folder;
        Latest = Directory.EnumerateFiles(Path.Combine(source, "_delta_log"), "*.json").Max(path => long.Parse(Path.GetFileNameWithoutExtension(path)));
    }

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>The last version that there is to come.</summary>
    public long Latest { get; }

    /// <summary>The table, by its folder in <c>tests/TestTables</c>, with its files and without a commit.</summary>
    public static ReplayedTable Open(string name, string folder)
    {
        var from = Path.Combine(TestTables(), name, "delta");
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, path);
            if (relative.StartsWith("_delta_log", StringComparison.Ordinal))
                continue;
            var copy = Path.Combine(folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        Directory.CreateDirectory(Path.Combine(folder, "_delta_log"));
        return new ReplayedTable(from, folder);
    }

    /// <summary>Lets commits come up to a version.</summary>
    public void Commit(long version)
    {
        for (; next <= version; next++)
        {
            var name = $"{next:D20}.json";
            var arriving = Path.Combine(Folder, name + ".arriving");
            // A commit is there whole or not at all.
            File.Copy(Path.Combine(source, "_delta_log", name), arriving);
            File.Move(arriving, Path.Combine(Folder, "_delta_log", name));
        }
    }

    private static string TestTables()
    {
        var folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "tests", "TestTables")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Expected tests/TestTables above the test program.");
        return Path.Combine(folder, "tests", "TestTables");
    }
}
