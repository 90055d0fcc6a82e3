using System.Security.Cryptography;
using Tideway.Hosting.Database;

namespace Tideway.Standalone.Folder;

/// <summary>
/// Everything that one standalone organisation keeps: databases, keys and what is on its way, for its owner's eyes only, and tables, which other
/// engines may read and write by the rights that the system gives new folders. Held by one process at a time; a second one is refused, since
/// both would hand out the same work.
/// </summary>
internal sealed class OrganisationFolder : IDisposable
{
    private const int KeyBytes = 32;

    private readonly FileStream hold;

    private OrganisationFolder(string path, FileStream hold)
    {
        Path = path;
        this.hold = hold;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Path { get; }

    public string Databases => System.IO.Path.Combine(Path, "databases");

    /// <summary>Rows and files of partners on their way into our tables.</summary>
    public string Staging => System.IO.Path.Combine(Path, "staging");

    /// <summary>The storage root <c>tables</c>: what is shared from here, and where syncs write.</summary>
    public string Tables => System.IO.Path.Combine(Path, "tables");

    /// <summary>Takes the folder, making what is missing. Throws <see cref="FolderInUseException"/> where another process has it.</summary>
    public static OrganisationFolder Take(string path)
    {
        var folder = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(folder);
        var lockFile = System.IO.Path.Combine(folder, "tideway.lock");
        FileStream taken;
        try
        {
            taken = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new FolderInUseException(
                $"The folder {folder} is in use by another Tideway process (it holds {lockFile}). Stop that one, or name another folder with --Standalone:Folder.",
                exception
            );
        }

        var organisation = new OrganisationFolder(folder, taken);
        PrivateFolder.Close(organisation.Databases);
        PrivateFolder.Close(organisation.Staging);
        Directory.CreateDirectory(organisation.Tables);
        return organisation;
    }

    /// <summary>A key of this organisation in base64, made at the first use and readable by its owner only.</summary>
    public string Key(string name)
    {
        var keys = System.IO.Path.Combine(Path, "keys");
        PrivateFolder.Close(keys);

        var file = System.IO.Path.Combine(keys, name + ".key");
        if (!File.Exists(file))
            WriteKey(file);
        return File.ReadAllText(file).Trim();
    }

    public void Dispose() => hold.Dispose();

    private static void WriteKey(string file)
    {
        // Whole or not at all: half a key would lock the organisation out of what it encrypts with it.
        var pending = file + ".new";
        File.Delete(pending);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(pending, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes))));
            stream.Flush(flushToDisk: true);
        }

        File.Move(pending, file);
    }
}

/// <summary>Another process has the organisation's folder.</summary>
internal sealed class FolderInUseException(string message, Exception innerException) : Exception(message, innerException);
