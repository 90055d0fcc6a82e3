using System.Runtime.CompilerServices;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>Tables that other engines wrote, with the rows that they must have.</summary>
internal static class RealTables
{
    /// <summary>Copies a table below a folder, and returns its own.</summary>
    public static string Copy(string name, string lake)
    {
        var source = Path.Combine(Root, name, "delta");
        var target = Path.Combine(lake, name.Replace('/', '-'));
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }

    /// <summary>A pattern of the Parquet files with the rows.</summary>
    public static string Expected(string name)
    {
        var latest = Path.Combine(Root, name, "expected", "latest", "table_content");
        return Path.Combine(Directory.Exists(latest) ? latest : Path.Combine(Root, name, "expected"), "**", "*.parquet");
    }

    private static string Root => Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../TestTables");

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
