namespace Tideway.ObjectStorage.Local;

internal static class LocalFile
{
    /// <summary>The object that a file is, or null where it went away or is a folder.</summary>
    public static ObjectInfo? Describe(string key, FileInfo file)
    {
        try
        {
            var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            return target is { Exists: true } ? new ObjectInfo(key, target.Length, new DateTimeOffset(target.LastWriteTimeUtc, TimeSpan.Zero)) : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
