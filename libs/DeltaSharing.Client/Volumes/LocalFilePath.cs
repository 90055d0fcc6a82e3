using System.Buffers;
using System.Text;

namespace Tideway.DeltaSharing.Client.Volumes;

/// <summary>
/// Where a file of a server belongs below a local folder. A server is not trusted: what it calls a file may try to lead out of the folder, to a device, or to
/// a name that the system takes for another.
/// </summary>
public static class LocalFilePath
{
    private const int MaxSegmentBytes = 255;
    private const int MaxPathBytes = 1024;

    // What Windows has in no name; a colon would even lead to another stream of a file.
    private static readonly SearchValues<char> Unusable = SearchValues.Create("\\:*?\"<>|");

    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"COM{i}", $"LPT{i}" })];

    /// <summary>
    /// The path below <paramref name="folder"/> of the file that the server calls <paramref name="path"/>. Nothing is looked up or made. Throws
    /// <see cref="DeltaSharingException"/> with <see cref="DeltaSharingError.MalformedAnswer"/> where there is no safe one: absolute paths, empty segments,
    /// <c>.</c> and <c>..</c>, control characters, and on Windows what it has no names for.
    /// </summary>
    public static string Below(string folder, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(path);
        if (FindFault(path, OperatingSystem.IsWindows()) is { } fault)
            throw new DeltaSharingException(
                DeltaSharingError.MalformedAnswer,
                $"Expected the path of a file that can be kept below {folder}, got '{Printable(path)}': {fault}."
            );
        return Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
    }

    /// <summary>Why a path cannot be kept below a folder; <see langword="null"/> where it can.</summary>
    /// <param name="path">What the server calls the file.</param>
    /// <param name="windows">Whether the folder is one of Windows, which has fewer names.</param>
    public static string? FindFault(string path, bool windows)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0)
            return "it is empty";
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
            return $"it is longer than {MaxPathBytes} bytes";
        foreach (var segment in path.Split('/'))
        {
            if (FindSegmentFault(segment, windows) is { } fault)
                return fault;
        }

        return null;
    }

    private static string? FindSegmentFault(string segment, bool windows)
    {
        if (segment.Length == 0)
            return "it has an empty segment";
        if (segment is "." or "..")
            return $"it has the segment '{segment}'";
        if (segment.Any(char.IsControl))
            return "it holds a control character";
        if (segment.Contains('\\', StringComparison.Ordinal))
            return "it holds a backslash";
        // Written as bytes it would be that of another name.
        if (!IsWellFormed(segment))
            return "it is not well-formed Unicode";
        if (Encoding.UTF8.GetByteCount(segment) > MaxSegmentBytes)
            return $"a segment of it is longer than {MaxSegmentBytes} bytes";
        if (!windows)
            return null;
        if (segment.AsSpan().ContainsAny(Unusable))
            return $"'{segment}' holds a character that no name has here";
        if (segment[^1] is '.' or ' ' || Devices.Contains(segment.Split('.')[0].TrimEnd(' '), StringComparer.OrdinalIgnoreCase))
            return $"'{segment}' is no name of a file here";
        return null;
    }

    private static bool IsWellFormed(string segment)
    {
        for (var i = 0; i < segment.Length; i++)
        {
            if (char.IsSurrogate(segment[i]) && !char.IsSurrogatePair(segment, i++))
                return false;
        }

        return true;
    }

    private static string Printable(string path)
    {
        var text = string.Concat((path.Length > 200 ? path[..200] : path).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return path.Length > 200 ? text + "..." : text;
    }
}
