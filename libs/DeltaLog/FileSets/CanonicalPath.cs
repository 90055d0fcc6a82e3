using System.Text;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.FileSets;

/// <summary><see cref="FilePath.Canonical"/> on UTF-8, without a string for the usual paths.</summary>
internal static class CanonicalPath
{
    private const int SchemeLength = 5;

    /// <summary>Whether the canonical path is not the path itself.</summary>
    public static bool Differs(ReadOnlySpan<byte> path) => path.Contains((byte)'%') || HasScheme(path);

    /// <summary>The canonical path: <paramref name="path"/> itself, or written to <paramref name="scratch"/>, which grows if it must.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> path, ref byte[] scratch)
    {
        if (!Differs(path))
            return path;
        if (!HasScheme(path) && TryDecodeAscii(path, ref scratch, out var length))
            return scratch.AsSpan(0, length);
        var canonical = FilePath.Canonical(Encoding.UTF8.GetString(path));
        var limit = Encoding.UTF8.GetMaxByteCount(canonical.Length);
        if (scratch.Length < limit)
            scratch = new byte[limit];
        return scratch.AsSpan(0, Encoding.UTF8.GetBytes(canonical, scratch));
    }

    // Escapes beyond ASCII only count where they are valid UTF-8; that is left to the framework.
    private static bool TryDecodeAscii(ReadOnlySpan<byte> path, ref byte[] scratch, out int length)
    {
        if (scratch.Length < path.Length)
            scratch = new byte[path.Length];
        length = 0;
        for (var index = 0; index < path.Length; index++)
        {
            var value = path[index];
            if (value == '%' && index + 2 < path.Length && char.IsAsciiHexDigit((char)path[index + 1]) && char.IsAsciiHexDigit((char)path[index + 2]))
            {
                value = (byte)((Digit(path[index + 1]) << 4) | Digit(path[index + 2]));
                if (value >= 0x80)
                    return false;
                index += 2;
            }

            scratch[length++] = value;
        }

        return true;
    }

    private static int Digit(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;

    // One that is not written as it is meant.
    private static bool HasScheme(ReadOnlySpan<byte> path) =>
        path.Length >= SchemeLength
        && (
            (path[4] == ':' && Ascii.EqualsIgnoreCase(path[..SchemeLength], "file:"u8))
            || (path[3] == ':' && (Ascii.EqualsIgnoreCase(path[..SchemeLength], "s3a:/"u8) || Ascii.EqualsIgnoreCase(path[..SchemeLength], "s3n:/"u8)))
        );
}
