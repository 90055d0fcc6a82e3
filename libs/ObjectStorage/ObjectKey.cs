using System.Text;

namespace Tideway.ObjectStorage;

/// <summary>The rules of keys, the same in every store.</summary>
public static class ObjectKey
{
    /// <summary>The longest key in UTF-8 bytes, which is what the strictest object store takes.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Throws <see cref="ObjectStorageError.InvalidKey"/> unless <paramref name="key"/> names an object below the root.</summary>
    public static void Validate(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (FindFault(key, wholeKey: true) is { } fault)
            throw Invalid("key", key, fault);
    }

    /// <summary>Throws <see cref="ObjectStorageError.InvalidKey"/> unless <paramref name="prefix"/> can be the start of a key. Empty is every key.</summary>
    public static void ValidatePrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > 0 && FindFault(prefix, wholeKey: false) is { } fault)
            throw Invalid("key prefix", prefix, fault);
    }

    /// <summary>The order of keys by their UTF-8 bytes, in which object stores list.</summary>
    internal static int CompareUtf8(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length - right.Length;
        var (a, b) = (left[same], right[same]);
        // Halves of pairs stand for what comes after all that needs no pair.
        return char.IsSurrogate(a) == char.IsSurrogate(b) || a < '\uD800' || b < '\uD800' ? a - b : b - a;
    }

    internal static bool IsValid(string key) => FindFault(key, wholeKey: true) is null;

    private static string? FindFault(string key, bool wholeKey)
    {
        if (key.Length == 0)
            return "it is empty";
        if (key[0] == '/')
            return "it starts with a slash";
        foreach (var c in key)
        {
            if (char.IsControl(c))
                return $"it holds the control character U+{(int)c:X4}";
            if (c == '\\')
                return "it holds a backslash";
        }

        var rest = key.AsSpan();
        while (true)
        {
            var slash = rest.IndexOf('/');
            // The last piece of a prefix is only the beginning of a segment.
            if (slash < 0 && !wholeKey)
                break;
            var segment = slash < 0 ? rest : rest[..slash];
            if (segment.IsEmpty)
                return "it has an empty segment";
            if (segment is "." or "..")
                return $"it has the segment '{segment}'";
            if (slash < 0)
                break;
            rest = rest[(slash + 1)..];
        }

        return FindEncodingFault(key);
    }

    private static string? FindEncodingFault(string key)
    {
        for (var i = 0; i < key.Length; i++)
        {
            if (!char.IsSurrogate(key[i]))
                continue;
            if (!char.IsSurrogatePair(key, i))
                return "it is not well-formed Unicode";
            i++;
        }

        return Encoding.UTF8.GetByteCount(key) > MaxBytes ? $"it is longer than {MaxBytes} bytes" : null;
    }

    private static ObjectStorageException Invalid(string what, string value, string fault) =>
        new(ObjectStorageError.InvalidKey, $"Expected a {what} with segments below the root, got '{Printable(value)}': {fault}.");

    internal static string Printable(string value)
    {
        var text = new StringBuilder(Math.Min(value.Length, 200));
        foreach (var c in value.Length > 200 ? value.AsSpan(0, 200) : value)
            text.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return value.Length > 200 ? text.Append("...").ToString() : text.ToString();
    }
}
