using System.Buffers;
using System.Text;

namespace Tideway.ObjectStorage.Http;

/// <summary>Encodes as RFC 3986 does at its strictest: everything but letters, digits and <c>- . _ ~</c>, with capital hex digits. Signatures need this very form.</summary>
internal static class PercentEncoding
{
    private const int MaxStackBytes = 1024;

    private static readonly SearchValues<char> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
    private static readonly SearchValues<char> UnreservedAndSlash = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

    /// <summary>A key as a path: slashes stay.</summary>
    public static string Path(string key) => Encode(key, keepSlash: true);

    /// <summary>A name or value of a query.</summary>
    public static string Value(string text) => Encode(text, keepSlash: false);

    /// <summary>Writes a key as a path; returns how many bytes. The target needs three bytes for each of the key's bytes of UTF-8.</summary>
    public static int WritePath(ReadOnlySpan<char> key, Span<byte> target) => Write(key, target, UnreservedAndSlash);

    private static string Encode(string text, bool keepSlash)
    {
        var plain = keepSlash ? UnreservedAndSlash : Unreserved;
        if (!text.AsSpan().ContainsAnyExcept(plain))
            return text;
        var most = Encoding.UTF8.GetMaxByteCount(text.Length) * 3;
        var rented = most > MaxStackBytes ? ArrayPool<byte>.Shared.Rent(most) : null;
        var target = rented is null ? stackalloc byte[MaxStackBytes] : rented;
        var encoded = Encoding.ASCII.GetString(target[..Write(text, target, plain)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return encoded;
    }

    private static int Write(ReadOnlySpan<char> text, Span<byte> target, SearchValues<char> plain)
    {
        Span<byte> bytes = stackalloc byte[4];
        var length = 0;
        while (!text.IsEmpty)
        {
            var odd = text.IndexOfAnyExcept(plain);
            var run = odd < 0 ? text : text[..odd];
            length += Encoding.ASCII.GetBytes(run, target[length..]);
            if (odd < 0)
                break;
            Rune.DecodeFromUtf16(text[odd..], out var rune, out var consumed);
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                target[length++] = (byte)'%';
                target[length++] = HexDigit(value >> 4);
                target[length++] = HexDigit(value & 15);
            }

            text = text[(odd + consumed)..];
        }

        return length;
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);
}
