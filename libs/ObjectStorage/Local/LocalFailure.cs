namespace Tideway.ObjectStorage.Local;

/// <summary>Maps what the operating system reports to <see cref="ObjectStorageException"/>.</summary>
internal static class LocalFailure
{
    // On Unix the HResult of an IOException is the errno, on Windows a code of its own.
    private static readonly int[] NoSpace =
    [
        28 /* ENOSPC */
        ,
        122 /* EDQUOT on Linux */
        ,
        69 /* EDQUOT on macOS */
        ,
        unchecked(
            (int)0x80070070
        ) /* ERROR_DISK_FULL */
        ,
        unchecked((int)0x80070027), /* ERROR_HANDLE_DISK_FULL */
    ];

    public static bool Handles(Exception exception) => exception is IOException or UnauthorizedAccessException;

    public static ObjectStorageException Translate(Exception exception, string action, string path) =>
        exception switch
        {
            FileNotFoundException or DirectoryNotFoundException => new(
                ObjectStorageError.NotFound,
                $"Could not {action} '{path}': it does not exist.",
                exception
            ),
            PathTooLongException => new(
                ObjectStorageError.InvalidKey,
                $"Could not {action} '{path}': the file system takes no name as long as this.",
                exception
            ),
            UnauthorizedAccessException => new(ObjectStorageError.AccessDenied, $"Could not {action} '{path}': the file system refused it.", exception),
            _ when Array.IndexOf(NoSpace, exception.HResult) >= 0 => new(
                ObjectStorageError.OutOfSpace,
                $"Could not {action} '{path}': no space is left on the device or in the quota.",
                exception
            ),
            _ => new(ObjectStorageError.Unavailable, $"Could not {action} '{path}': {exception.Message}", exception),
        };
}
