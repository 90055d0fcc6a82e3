using System.Text;

namespace Tideway.DeltaLog.Pruning;

/// <summary>What a piece of SQL is.</summary>
internal enum SqlTokenKind
{
    End,
    Word,
    QuotedName,
    Text,
    Number,
    Symbol,

    /// <summary>A quoted piece that means one thing to some and another to others.</summary>
    Ambiguous,
}

/// <summary>A piece of SQL.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">Its text, without quotes.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Value)
{
    public bool Is(string word) => Kind is SqlTokenKind.Word or SqlTokenKind.Symbol && string.Equals(Value, word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Takes SQL apart.</summary>
internal static class SqlTokens
{
    private static readonly string[] Symbols = ["<=>", "<=", ">=", "<>", "!=", "==", "::", "||"];

    /// <summary>The pieces, the last of them <see cref="SqlTokenKind.End"/>; null where a quote is not closed, may be one of the text, or a comment begins.</summary>
    public static List<SqlToken>? Read(string sql, SqlDialect dialect)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length; )
        {
            var letter = sql[at];
            if (char.IsWhiteSpace(letter))
            {
                at++;
            }
            else if (letter is '\'' or '"' or '`')
            {
                if (Quoted(sql, ref at) is not { } text)
                    return null;
                tokens.Add(new SqlToken(KindOf(letter, text, dialect), text));
            }
            else if (char.IsAsciiDigit(letter) || (letter == '.' && at + 1 < sql.Length && char.IsAsciiDigit(sql[at + 1])))
            {
                tokens.Add(new SqlToken(SqlTokenKind.Number, Number(sql, ref at)));
            }
            else if (char.IsLetter(letter) || letter == '_')
            {
                var start = at;
                while (at < sql.Length && (char.IsLetterOrDigit(sql[at]) || sql[at] == '_'))
                    at++;
                tokens.Add(new SqlToken(SqlTokenKind.Word, sql[start..at]));
            }
            else
            {
                if (sql.AsSpan(at) is ['-', '-', ..] or ['/', '*', ..])
                    return null;
                var symbol = Array.Find(Symbols, candidate => string.CompareOrdinal(sql, at, candidate, 0, candidate.Length) == 0) ?? sql[at..(at + 1)];
                tokens.Add(new SqlToken(SqlTokenKind.Symbol, symbol));
                at += symbol.Length;
            }
        }

        tokens.Add(new SqlToken(SqlTokenKind.End, ""));
        return tokens;
    }

    private static SqlTokenKind KindOf(char quote, string text, SqlDialect dialect) =>
        quote switch
        {
            '`' => SqlTokenKind.QuotedName,
            _ when dialect == SqlDialect.Unstated && (quote == '"' || text.Contains(quote)) => SqlTokenKind.Ambiguous,
            '"' => SqlTokenKind.QuotedName,
            _ => SqlTokenKind.Text,
        };

    private static string? Quoted(string sql, ref int at)
    {
        var quote = sql[at++];
        var text = new StringBuilder();
        for (; at < sql.Length; at++)
        {
            if (sql[at] != quote)
            {
                text.Append(sql[at]);
            }
            else if (sql[at - 1] == '\\')
            {
                // To some dialects that is one of the text, to others its end.
                return null;
            }
            else if (at + 1 < sql.Length && sql[at + 1] == quote)
            {
                text.Append(quote);
                at++;
            }
            else
            {
                at++;
                return text.ToString();
            }
        }

        return null;
    }

    private static string Number(string sql, ref int at)
    {
        var start = at;
        while (at < sql.Length && (char.IsAsciiDigit(sql[at]) || sql[at] == '.'))
            at++;
        if (at + 1 < sql.Length && sql[at] is 'e' or 'E')
        {
            var exponent = at + (sql[at + 1] is '+' or '-' ? 2 : 1);
            if (exponent < sql.Length && char.IsAsciiDigit(sql[exponent]))
            {
                for (at = exponent; at < sql.Length && char.IsAsciiDigit(sql[at]); )
                    at++;
            }
        }

        return sql[start..at];
    }
}
