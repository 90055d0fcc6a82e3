namespace Tideway.Cli.Login;

/// <summary>Files that hold secrets: for their owner only, from the moment they are there.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a file that is not there yet; throws <see cref="IOException"/> where it is.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>Writes a file whole or not at all.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var part = $"{path}.{Guid.CreateVersion7():N}";
        try
        {
            using (var stream = Create(part))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
