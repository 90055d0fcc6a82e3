namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>The checksum of gzip, for the few bytes of a last line. See <see href="https://www.rfc-editor.org/rfc/rfc1952#section-8">RFC 1952, section 8</see>.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    /// <summary>The checksum of what <paramref name="before"/> is that of, with <paramref name="bytes"/> after it.</summary>
    public static uint Append(uint before, ReadOnlySpan<byte> bytes)
    {
        var state = ~before;
        foreach (var value in bytes)
        {
            state ^= value;
            for (var bit = 0; bit < 8; bit++)
                state = (state >> 1) ^ (Polynomial & (0 - (state & 1)));
        }

        return ~state;
    }
}
