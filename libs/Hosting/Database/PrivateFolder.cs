namespace Tideway.Hosting.Database;

/// <summary>Folders and files that, where the system has such rights, nobody but their owner can read.</summary>
public static class PrivateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder with rights for its owner only. One that is there stays as whoever made it wanted it.</summary>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>Makes a folder as <see cref="Make"/> does, and takes others' rights away from one that is there already.</summary>
    public static void Close(string path)
    {
        Make(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>Makes an empty file with rights for its owner only, unless it is there.</summary>
    internal static void MakeFile(string path)
    {
        // SQLite gives its log and its journal the rights of the database itself.
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        new FileStream(path, options).Dispose();
    }
}
