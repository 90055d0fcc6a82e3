namespace Tideway.Contracts.Tests;

/// <summary>The source tree that this assembly was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tideway.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No Tideway.slnx above {AppContext.BaseDirectory}.");
    }
}
