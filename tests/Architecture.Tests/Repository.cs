using System.Xml.Linq;

namespace Tideway.Architecture.Tests;

/// <summary>The source tree that this assembly was built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["artifacts", ".cache", "node_modules", ".git", "TestTables"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> SourceFiles { get; } = [.. Files("*.cs")];

    public static IReadOnlyList<Project> Projects { get; } = [.. Files("*.csproj").Select(Project.Load)];

    public static IEnumerable<string> Files(string pattern) =>
        Directory
            .EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(NotOurs.Contains))
            .Order(StringComparer.Ordinal);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tideway.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No Tideway.slnx above {AppContext.BaseDirectory}.");
    }
}

/// <summary>A project file and what it refers to.</summary>
internal sealed record Project(string Path, string Name, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
{
    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public string Area => Path.Split('/')[0];

    public static Project Load(string path)
    {
        var xml = XDocument.Load(System.IO.Path.Combine(Repository.Root, path));
        return new Project(
            path,
            System.IO.Path.GetFileNameWithoutExtension(path),
            [.. xml.Descendants("ProjectReference").Select(e => System.IO.Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')))],
            [.. xml.Descendants("PackageReference").Select(e => e.Attribute("Include")!.Value)]
        );
    }
}
