using System.Buffers;
using System.Text;

namespace Tideway.DeltaLog.Reading;

/// <summary>File names as DuckDB takes them: a name that looks like a pattern would match other files.</summary>
internal static class GlobText
{
    private static readonly SearchValues<char> Special = SearchValues.Create("*?[");

    /// <summary>The pattern that only this path matches.</summary>
    public static string Escape(string path)
    {
        if (!path.AsSpan().ContainsAny(Special))
            return path;
        var escaped = new StringBuilder(path.Length + 8);
        foreach (var letter in path)
        {
            if (Special.Contains(letter))
                escaped.Append('[').Append(letter).Append(']');
            else
                escaped.Append(letter);
        }

        return escaped.ToString();
    }
}
