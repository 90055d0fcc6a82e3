namespace Tideway.DeltaSharing.Client.Volumes;

/// <summary>
/// A local folder that files of a volume are brought to. Neither the server nor what lies in the folder already leads a file elsewhere: paths are those that
/// <see cref="LocalFilePath"/> takes, and a link below the folder is never followed; the folder itself may be one. That guards against what is there, not against
/// somebody who may change the folder while files come. Safe to use from several threads.
/// </summary>
public sealed class VolumeFolder
{
    /// <param name="folder">The folder, which need not exist yet.</param>
    public VolumeFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        FullPath = Path.GetFullPath(folder);
    }

    /// <summary>The absolute path of the folder.</summary>
    public string FullPath { get; }

    /// <summary>The local path of the file that the server calls <paramref name="path"/>; the folders on the way to it exist when this returns.</summary>
    /// <exception cref="DeltaSharingException">
    /// <see cref="DeltaSharingError.MalformedAnswer"/> where it is no path that can be kept; <see cref="DeltaSharingError.LocalStorage"/> where a link, or a file or
    /// folder of the other kind, is in its place or on the way, or the file system does not take the name.
    /// </exception>
    public string Prepare(string path)
    {
        var file = LocalFilePath.Below(FullPath, path);
        try
        {
            var folder = FullPath;
            foreach (var segment in path.Split('/')[..^1])
            {
                folder = Path.Combine(folder, segment);
                RequireNoLink(folder);
                if (File.Exists(folder))
                    throw InTheWay($"{folder} is a file here, so that nothing can lie below it.");
                Directory.CreateDirectory(folder);
            }

            RequireNoLink(file);
            return Directory.Exists(file) ? throw InTheWay($"{file} is a folder here.") : file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeltaSharingException(DeltaSharingError.LocalStorage, $"Could not write {file}: {exception.Message}", exception);
        }
    }

    private void RequireNoLink(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
            throw InTheWay($"{path} is a link; nothing is written through a link that lies below {FullPath}.");
    }

    private static DeltaSharingException InTheWay(string message) => new(DeltaSharingError.LocalStorage, message);
}
