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

    /// <summary>One spelling for all the ways to write the same path: decoded, and local files without their scheme.</summary>
    public static string Canonical(string path)
    {
        if (path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            path = "/" + path["file:".Length..].TrimStart('/');
        return path.Contains('%') ? Uri.UnescapeDataString(path) : path;
    }

    /// <summary>
    /// The key of the file below the table's root. An absolute path elsewhere is <see cref="DeltaLogError.FileOutsideTable"/>; one that names no
    /// object, such as <c>../a</c>, is an <see cref="ObjectStorageException"/> with <see cref="ObjectStorageError.InvalidKey"/>.
    /// </summary>
    public static string Key(string path, Uri root)
    {
        var key = BelowRoot(path, root);
        ObjectKey.Validate(key);
        return key;
    }

    private static string BelowRoot(string path, Uri root)
    {
        var canonical = Canonical(path);
        if (!IsAbsolute(path))
            return canonical;
        var folder = root.IsFile ? root.LocalPath.TrimEnd('/') : Uri.UnescapeDataString(root.AbsoluteUri).TrimEnd('/');
        if (canonical.StartsWith(folder + "/", StringComparison.Ordinal))
            return canonical[(folder.Length + 1)..];
        throw new DeltaLogException(DeltaLogError.FileOutsideTable, $"Expected the files of '{root}' below it, found '{path}'.")
        {
            TableRoot = root,
            File = path,
        };
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
