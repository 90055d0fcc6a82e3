using System.Text;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// Paths in the log are URIs; keys in a store are not.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file">Add File and Remove File</see>.
/// </summary>
public static class FilePath
{
    private const string Unescaped = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/=!$&'()*+,;@";

    /// <summary>One spelling for all the ways to write the same path: decoded, local files without their scheme, and S3 by one name.</summary>
    public static string Canonical(string path)
    {
        if (IsOtherNameOfS3(path))
            path = "s3" + path["s3a".Length..];
        if (path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            path = "/" + path["file:".Length..].TrimStart('/');
        return path.Contains('%') ? Uri.UnescapeDataString(path) : path;
    }

    /// <summary>
    /// The key of the file below the table's root. A file elsewhere, or a path that can be none below it, is <see cref="DeltaLogError.FileOutsideTable"/>.
    /// </summary>
    public static string Key(string path, Uri root)
    {
        var key = Relative(path, root) ?? throw Outside(path, root, null);
        try
        {
            ObjectKey.Validate(key);
            return key;
        }
        catch (ObjectStorageException exception)
        {
            throw Outside(path, root, exception);
        }
    }

    /// <summary>The path on local disk of a file that the log gives by an absolute path outside the table, as shallow clones do; else <see langword="null"/>.</summary>
    internal static string? OutsideOnDisk(string path, Uri root) =>
        Relative(path, root) is null && Canonical(path) is ['/', ..] and var local && !local.Contains('\0') ? System.IO.Path.GetFullPath(local) : null;

    internal static DeltaLogException Outside(string path, Uri root, Exception? cause) =>
        new(
            DeltaLogError.FileOutsideTable,
            $"Expected the files of '{root}' below it, found '{path}'{(cause is null ? ". Files elsewhere are only read where that is allowed." : $": {cause.Message}")}",
            cause
        )
        {
            TableRoot = root,
            File = path,
        };

    // Null where the path is absolute and leads elsewhere.
    private static string? Relative(string path, Uri root)
    {
        var canonical = Canonical(path);
        if (!IsAbsolute(path))
            return canonical;
        var folder = root.IsFile ? root.LocalPath.TrimEnd('/') : Uri.UnescapeDataString(root.AbsoluteUri).TrimEnd('/');
        if (canonical.StartsWith(folder + "/", StringComparison.Ordinal))
            return canonical[(folder.Length + 1)..];
        // Engines have several names for one store.
        return root.IsFile ? null : LocationOverlap.FindPathBelow(path, root.AbsoluteUri);
    }

    /// <summary>The key as a path in the log: percent-encoded where a URI demands it.</summary>
    public static string Encode(string key)
    {
        var encoded = new StringBuilder(key.Length);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in key.EnumerateRunes())
        {
            if (rune.IsAscii && Unescaped.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                encoded.Append('%').Append(value.ToString("X2"));
        }

        return encoded.ToString();
    }

    private static bool IsOtherNameOfS3(string path) =>
        path.StartsWith("s3a://", StringComparison.OrdinalIgnoreCase) || path.StartsWith("s3n://", StringComparison.OrdinalIgnoreCase);

    private static bool IsAbsolute(string path)
    {
        if (path.StartsWith('/'))
            return true;
        var colon = path.IndexOf(':');
        var slash = path.IndexOf('/');
        return colon > 0
            && (slash < 0 || colon < slash)
            && path[..colon].All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '-' or '.')
            && slash == colon + 1;
    }
}
