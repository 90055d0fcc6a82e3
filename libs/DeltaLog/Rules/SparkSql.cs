using System.Collections.Frozen;
using System.Text;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Rules;

/// <summary>
/// Writes an expression of Spark's SQL, as tables hold them, with the words of DuckDB's: quoted names, texts with backslashes, and the
/// equality that knows nulls. What stays is alike in both, or <see cref="ExpressionShape"/> refuses it.
/// </summary>
internal static class SparkSql
{
    private static readonly FrozenSet<string> Grammar = FrozenSet.ToFrozenSet(
        ["and", "or", "not", "in", "is", "null", "like", "between", "case", "when", "then", "else", "end", "true", "false", "as", "interval", "cast"],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>The expression; <see cref="FormatException"/> where a quote is not closed or a comment is in it.</summary>
    /// <param name="text">The expression as a table has it.</param>
    /// <param name="isColumn">Whether a word names a column; such a word may have another meaning to DuckDB, and is quoted.</param>
    public static string Translate(string text, Func<string, bool> isColumn)
    {
        var sql = new StringBuilder(text.Length);
        var lastWord = "";
        for (var at = 0; at < text.Length; )
        {
            var letter = text[at];
            if (letter == '`')
                sql.Append(SqlText.Identifier(Quoted(text, ref at, '`', backslashes: false)));
            else if (letter is '\'' or '"')
                sql.Append(SqlText.Literal(Quoted(text, ref at, letter, backslashes: true)));
            else if (char.IsAsciiLetter(letter) || letter == '_')
                Take(Word(text, at), WordSql(text, at, lastWord, isColumn));
            else if (text.AsSpan(at).StartsWith("<=>", StringComparison.Ordinal))
                Take(3, " IS NOT DISTINCT FROM ");
            else if (text.AsSpan(at).StartsWith("--", StringComparison.Ordinal) || text.AsSpan(at).StartsWith("/*", StringComparison.Ordinal))
                throw new FormatException("it holds a comment");
            else if (letter is ';' or '$' or '?')
                throw new FormatException($"it holds the character '{letter}'");
            else
                Take(1, letter.ToString());

            void Take(int length, string with)
            {
                if (length > 1 || char.IsAsciiLetter(text[at]))
                    lastWord = text.Substring(at, length);
                sql.Append(with);
                at += length;
            }
        }

        return sql.ToString();
    }

    private static int Word(string text, int at)
    {
        var end = at;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        return end - at;
    }

    // A function, a field, a type and the kind of a literal are told by what stands beside them.
    private static string WordSql(string text, int at, string lastWord, Func<string, bool> isColumn)
    {
        var word = text.Substring(at, Word(text, at));
        var before = text.AsSpan(0, at).TrimEnd();
        var after = text.AsSpan(at + word.Length).TrimStart();
        var isName =
            !Grammar.Contains(word)
            && !(after.Length > 0 && after[0] is '(' or '\'' or '"')
            && !(before.Length > 0 && (before[^1] == '.' || char.IsAsciiDigit(before[^1])))
            && !string.Equals(lastWord, "as", StringComparison.OrdinalIgnoreCase);
        return isName && isColumn(word) ? SqlText.Identifier(word) : word;
    }

    private static string Quoted(string text, ref int at, char quote, bool backslashes)
    {
        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == quote && at + 1 < text.Length && text[at + 1] == quote)
            {
                value.Append(quote);
                at++;
            }
            else if (text[at] == quote)
            {
                at++;
                return value.ToString();
            }
            else if (backslashes && text[at] == '\\' && at + 1 < text.Length)
            {
                value.Append(Escaped(text[++at]));
            }
            else
            {
                value.Append(text[at]);
            }
        }

        throw new FormatException($"a quote {quote} is not closed");
    }

    // Before % and _ Spark keeps the backslash, for LIKE.
    private static string Escaped(char letter) =>
        letter switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            '0' => throw new FormatException("it holds the character NUL"),
            '%' or '_' => $"\\{letter}",
            'u' or 'U' => throw new FormatException("it holds a character by its number"),
            _ => letter.ToString(),
        };
}
