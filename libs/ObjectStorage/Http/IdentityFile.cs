namespace Tideway.ObjectStorage.Http;

/// <summary>A file with a token that says who the process is. Whoever runs the process replaces it from time to time, so it is read for each use.</summary>
internal static class IdentityFile
{
    private const int MaxLength = 64 * 1024;

    /// <summary>The token. Throws <see cref="ObjectStorageError.AccessDenied"/> where there is none in the file that the setting names.</summary>
    public static string Read(string path, string setting)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxLength)
                throw Wrong(path, setting, "is too large for a token");
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Wrong(path, setting, $"cannot be read: {exception.Message}", exception);
        }

        return text.Length > 0 && text.All(c => c is > ' ' and < '\x7f') ? text : throw Wrong(path, setting, "holds no token");
    }

    private static ObjectStorageException Wrong(string path, string setting, string fault, Exception? cause = null) =>
        new(ObjectStorageError.AccessDenied, $"The token file '{path}' ({setting}) {fault}", cause);
}
