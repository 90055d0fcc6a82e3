namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>
/// A folder on local disk for what this process makes, which goes with it. While the process lives it holds a lock on a file in there, which ends with the process
/// however that ends: so others can tell what a killed one has left behind, and remove it.
/// </summary>
internal sealed class MakingFolder : IDisposable
{
    private const string Prefix = "tideway-plain-copies-";
    private const string OwnerName = ".owner";

    // What a folder that a process makes for itself has.
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock gate = new();
    private (DirectoryInfo Folder, FileStream Owner)? making;

    /// <summary>A path for something in the making.</summary>
    public string NewPath() => Path.Combine(Open().FullName, $"{Guid.CreateVersion7():N}.parquet");

    /// <summary>Removes the folders of processes that are gone. One that names no owner is left, whosever it is.</summary>
    public void RemoveAbandoned()
    {
        // Where locks are not honoured, the folder of a live process would look like that of a dead one.
        if (TryHold(Path.Combine(Open().FullName, OwnerName)) is { } notHonoured)
        {
            notHonoured.Dispose();
            return;
        }

        foreach (var folder in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Prefix + "*").Where(IsOfOurKind))
        {
            // Held until all is gone, and the file itself goes last.
            using var owner = TryHold(Path.Combine(folder.FullName, OwnerName));
            if (owner is null)
                continue;
            try
            {
                foreach (var left in folder.EnumerateFiles().Where(file => file.Name != OwnerName))
                    left.Delete();
                folder.Delete(recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another process removed it at this moment, or it cannot be removed: the next look tries again.
            }
        }
    }

    public void Dispose()
    {
        if (making is not var (folder, owner))
            return;
        if (Directory.Exists(folder.FullName))
            folder.Delete(recursive: true);
        owner.Dispose();
    }

    private DirectoryInfo Open()
    {
        lock (gate)
        {
            // Whoever cleans the folder of temporary files takes what is old.
            if (making is var (gone, lockOfGone) && !Directory.Exists(gone.FullName))
            {
                lockOfGone.Dispose();
                making = null;
            }

            for (var attempt = 1; making is null; attempt++)
            {
                var folder = Directory.CreateTempSubdirectory(Prefix);
                try
                {
                    making = (folder, new FileStream(Path.Combine(folder.FullName, OwnerName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
                }
                catch (IOException) when (attempt < 3)
                {
                    // Another process found the file before it was held, took the folder for an abandoned one and removes it.
                }
            }

            return making.Value.Folder;
        }
    }

    // A link, or a folder that others can write to, is not one that such a process has made; one that its owner alone can open is ours if we can.
    private static bool IsOfOurKind(DirectoryInfo folder) =>
        !folder.Attributes.HasFlag(FileAttributes.ReparsePoint) && (OperatingSystem.IsWindows() || folder.UnixFileMode == OwnersAlone);

    // Null where somebody holds it, where it is not there, and where it is not ours to touch.
    private static FileStream? TryHold(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
