using System.Text;

namespace Tideway.Cli.Tables;

/// <summary>JSON as DuckDB writes it, which has the numbers NaN, Infinity and -Infinity as bare words, made into JSON that everybody reads: with them as texts.</summary>
internal static class NumberJson
{
    private const string NotANumber = "NaN";
    private const string Infinite = "Infinity";

    public static string Quote(string json)
    {
        // Nearly every row has neither.
        if (!json.Contains(NotANumber, StringComparison.Ordinal) && !json.Contains(Infinite, StringComparison.Ordinal))
            return json;
        var quoted = new StringBuilder(json.Length + 16);
        for (var at = 0; at < json.Length; )
        {
            var end = json[at] == '"' ? EndOfText(json, at) : EndOfWord(json, at);
            var part = json.AsSpan(at, end - at);
            if (part is NotANumber or Infinite or "-" + Infinite)
                quoted.Append('"').Append(part).Append('"');
            else
                quoted.Append(part);
            at = end;
        }

        return quoted.ToString();
    }

    private static int EndOfText(string json, int start)
    {
        var at = start + 1;
        while (json[at] != '"')
            at += json[at] == '\\' ? 2 : 1;
        return at + 1;
    }

    // A number, a word, or one sign between them.
    private static int EndOfWord(string json, int start)
    {
        var end = start;
        while (end < json.Length && (char.IsAsciiLetterOrDigit(json[end]) || json[end] is '-' or '+' or '.'))
            end++;
        return Math.Max(end, start + 1);
    }
}
