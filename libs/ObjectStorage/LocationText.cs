namespace Tideway.ObjectStorage;

/// <summary>
/// Reads the text of a location strictly. <see cref="Uri"/> is no use here: it folds <c>..</c> and decodes before anybody can look.
/// </summary>
internal static class LocationText
{
    /// <summary>The absolute path that an absolute path or a <c>file:</c> URL means.</summary>
    public static string ToPath(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        var scheme = location.IndexOf(':');
        var isUrl = scheme > 1 && location.AsSpan(0, scheme).IndexOfAnyExcept(SchemeCharacters) < 0;
        var path = isUrl ? FromUrl(location, location[..scheme], location[(scheme + 1)..]) : location;

        var usesBackslash = OperatingSystem.IsWindows() && !isUrl;
        foreach (var c in path)
        {
            if (char.IsControl(c))
                throw Malformed(location, $"it holds the control character U+{(int)c:X4}");
            if (c == '\\' && !usesBackslash)
                throw Malformed(location, "it holds a backslash");
        }

        if (!Path.IsPathFullyQualified(path))
            throw Malformed(location, "it is not absolute");
        foreach (var segment in path.Split('/', Path.DirectorySeparatorChar))
        {
            if (segment is "." or "..")
                throw Malformed(location, $"it has the segment '{segment}'");
        }

        return path;
    }

    private static System.Buffers.SearchValues<char> SchemeCharacters { get; } =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    private static string FromUrl(string location, string scheme, string rest)
    {
        if (!scheme.Equals("file", StringComparison.OrdinalIgnoreCase))
            throw Malformed(location, $"storage of the kind '{scheme}' is not supported, only local folders (file), s3, abfss, wasbs, az and gs are");
        if (rest.AsSpan().IndexOfAny('?', '#') >= 0)
            throw Malformed(location, "it has a query or a fragment");
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = rest.IndexOf('/', 2);
            var host = slash < 0 ? rest[2..] : rest[2..slash];
            if (host.Length > 0 && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
                throw Malformed(location, $"it names the host '{host}'");
            rest = slash < 0 ? "" : rest[slash..];
        }

        if (HasEncodedSeparator(rest))
            throw Malformed(location, "it holds an encoded path separator");
        var path = Uri.UnescapeDataString(rest);
        return OperatingSystem.IsWindows() ? path.TrimStart('/') : path;
    }

    private static bool HasEncodedSeparator(string path) =>
        path.Contains("%2f", StringComparison.OrdinalIgnoreCase) || path.Contains("%5c", StringComparison.OrdinalIgnoreCase);

    private static ObjectStorageException Malformed(string location, string fault) =>
        new(ObjectStorageError.InvalidKey, $"Expected a location as an absolute path or a file URL, got '{ObjectKey.Printable(location)}': {fault}.");
}
