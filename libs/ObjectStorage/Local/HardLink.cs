using System.Formats.Tar;

namespace Tideway.ObjectStorage.Local;

/// <summary>
/// Gives a finished file its name only if nobody has taken the name: <c>link(2)</c> on Unix, <c>MoveFileEx</c> without replace on Windows.
/// </summary>
/// <remarks>
/// On Unix, <see cref="File.Move(string, string, bool)"/> without overwrite looks whether the name is free and then renames, so two writers can
/// both succeed and one is lost. The only managed way to <c>link(2)</c> is to extract a tar entry that is a hard link.
/// </remarks>
internal static class HardLink
{
    /// <returns><see langword="false"/> where <paramref name="name"/> is taken. On success the temporary name may remain.</returns>
    public static bool TryPublish(string folder, string temporaryName, string name)
    {
        var target = Path.Combine(folder, name);
        try
        {
            if (OperatingSystem.IsWindows())
                File.Move(Path.Combine(folder, temporaryName), target, overwrite: false);
            else
                Link(folder, temporaryName, name);
            return true;
        }
        catch (IOException exception) when (exception is not FileNotFoundException and not DirectoryNotFoundException && Path.Exists(target))
        {
            return false;
        }
    }

    private static void Link(string folder, string existing, string name)
    {
        using var archive = new MemoryStream(4096);
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = existing });
        archive.Position = 0;
        TarFile.ExtractToDirectory(archive, folder, overwriteFiles: false);
    }
}
