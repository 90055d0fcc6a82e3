using System.Text;

namespace Tideway.Hosting.Database;

/// <summary>Text of strangers as every engine takes it: PostgreSQL takes neither a NUL nor half a surrogate pair.</summary>
public static class DatabaseText
{
    /// <summary>The text with the replacement character, U+FFFD, for each NUL and each half of a surrogate pair.</summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var whole = text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
        return whole.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0 ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(whole)) : whole;
    }
}
