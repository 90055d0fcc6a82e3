using Microsoft.Extensions.Options;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// Folders on local disk for files that are not kept: lists of files, row changes on their way into a merge, what a merge spills. Several processes may
/// share the place: each has a folder of its own, locked while it lives, and removes at its start those of processes that ended.
/// </summary>
public sealed class StagingArea : IDisposable
{
    private const string Prefix = "process-";
    private const string LockEnding = ".lock";

    private readonly FileStream held;
    private readonly string own;

    /// <summary>Makes the folder of this process. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> where that is not possible.</summary>
    public StagingArea(IOptions<SyncOptions> options)
    {
        var root = Path.GetFullPath(options.Value.StagingFolder);
        Directory.CreateDirectory(root);
        RemoveLeftovers(root);
        (own, held) = Claim(root);
        Directory.CreateDirectory(own);
    }

    /// <summary>Folder of this process.</summary>
    public string Folder => own;

    /// <summary>Folder of one sync; made when missing.</summary>
    public string FolderOf(Guid syncId) => Directory.CreateDirectory(Path.Combine(own, syncId.ToString("N"))).FullName;

    /// <summary>Folder for what the merge engine spills; made when missing.</summary>
    public string SpillFolder => Directory.CreateDirectory(Path.Combine(own, "spill")).FullName;

    /// <summary>Removes the folder of one sync with all that is in it.</summary>
    public void Clear(Guid syncId)
    {
        var folder = Path.Combine(own, syncId.ToString("N"));
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (Directory.Exists(own))
            Directory.Delete(own, recursive: true);
        File.Delete(held.Name);
        held.Dispose();
    }

    private static (string Folder, FileStream Lock) Claim(string root)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = Path.Combine(root, Prefix + Guid.CreateVersion7().ToString("N"));
            try
            {
                return (folder, Lock(folder + LockEnding, FileMode.CreateNew));
            }
            catch (IOException) when (attempt < 3)
            {
                // Another process that starts looked at the new file in the moment before it was locked.
            }
        }
    }

    private static void RemoveLeftovers(string root)
    {
        foreach (var path in Directory.EnumerateFiles(root, Prefix + "*" + LockEnding))
        {
            try
            {
                using var ended = Lock(path, FileMode.Open);
                var folder = path[..^LockEnding.Length];
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
                File.Delete(path);
            }
            catch (IOException)
            {
                // Its process lives, or another one that starts removes it.
            }
        }
    }

    private static FileStream Lock(string path, FileMode mode) => new(path, mode, FileAccess.ReadWrite, FileShare.None);
}
