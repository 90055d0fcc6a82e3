namespace Tideway.TwoOrganisations;

/// <summary>Where the checkout and the programs built from it are.</summary>
internal static class RepositoryFolder
{
    /// <summary>The program of the standalone host, built with the same configuration as this one.</summary>
    public static string Standalone =>
        Path.GetFullPath(
            Path.Combine(
                AppContext.BaseDirectory,
                "..",
                "..",
                "Standalone",
                Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
                "Tideway.Standalone"
            )
        );

    /// <summary>The command <c>tideway</c>.</summary>
    public static string Cli =>
        Path.GetFullPath(
            Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "tideway")
        );

    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tideway.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No Tideway.slnx above {AppContext.BaseDirectory}; run this from a checkout.");
    }
}
