using System.Globalization;

namespace Tideway.Cli.Read;

internal enum PortableKind
{
    /// <summary>A word of the language, or a sign.</summary>
    Word,

    /// <summary>What may be a column.</summary>
    Name,

    Comparison,

    /// <summary>A number, a text, or a truth value.</summary>
    Constant,

    /// <summary>A text that is a day.</summary>
    Date,
}

/// <summary>A piece of a condition.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Word">The word of the language or the sign, in capitals; else nothing.</param>
internal readonly record struct PortableToken(PortableKind Kind, string? Word = null);

/// <summary>Takes a condition apart into the pieces that mean the same in every dialect.</summary>
internal static class PortableTokens
{
    private const int MaxLength = 64 * 1024;

    private static readonly HashSet<string> Words = ["AND", "OR", "NOT", "IN", "IS", "BETWEEN", "NULL", "DATE"];

    // Without being called like functions they are such, or stand for more than themselves.
    private static readonly string[] NoNames =
    [
        "CURRENT_",
        "LOCALTIME",
        "SESSION_USER",
        "USER",
        "CASE",
        "CAST",
        "DISTINCT",
        "EXISTS",
        "INTERVAL",
        "LIKE",
        "ILIKE",
        "RLIKE",
        "REGEXP",
        "SIMILAR",
        "GLOB",
        "COLLATE",
        "ESCAPE",
        "TIME",
        "TIMESTAMP",
        "SELECT",
        "ALL",
        "ANY",
        "SOME",
        "DIV",
        "ROW",
        "NAN",
        "INF",
    ];

    // Here they are values of dates and numbers.
    private static readonly HashSet<string> SpecialTexts = ["EPOCH", "INFINITY", "INF", "NAN", "NOW", "TODAY", "TOMORROW", "YESTERDAY"];

    /// <summary>The pieces; <see langword="null"/> where one could mean two things.</summary>
    public static IReadOnlyList<PortableToken>? Read(string sql)
    {
        if (sql.Length > MaxLength)
            return null;
        var tokens = new List<PortableToken>();
        for (var at = 0; at < sql.Length; )
        {
            var rest = sql.AsSpan(at);
            if (rest[0] is ' ' or '\t' or '\r' or '\n')
            {
                at++;
                continue;
            }

            if ((Sign(rest, out var length) ?? Text(rest, out length) ?? Number(rest, out length) ?? Name(rest, out length)) is not { } token)
                return null;
            tokens.Add(token);
            at += length;
        }

        return tokens;
    }

    private static PortableToken? Sign(ReadOnlySpan<char> rest, out int length)
    {
        length = 1;
        if (rest[0] is '(' or ')' or ',')
            return new PortableToken(PortableKind.Word, rest[..1].ToString());
        foreach (var sign in (ReadOnlySpan<string>)["<=", ">=", "<>", "!=", "=", "<", ">"])
        {
            if (!rest.StartsWith(sign))
                continue;
            length = sign.Length;
            // One more makes another sign: <=> and == are, of some dialects.
            return length < rest.Length && rest[length] is '=' or '<' or '>' or '!' ? null : new PortableToken(PortableKind.Comparison);
        }

        return null;
    }

    private static PortableToken? Text(ReadOnlySpan<char> rest, out int length)
    {
        length = 0;
        if (rest[0] != '\'' || rest[1..].IndexOf('\'') is not (>= 0 and var end))
            return null;
        length = end + 2;
        var text = rest.Slice(1, end);
        // Two quotes are one of the text here, and nothing between two texts there; a backslash and ${...} are more than themselves there.
        if ((length < rest.Length && rest[length] == '\'') || text.ContainsAny("\\$") || text.ContainsAnyInRange('\0', '\u001f'))
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            return new PortableToken(PortableKind.Date);
        return IsPlain(text) ? new PortableToken(PortableKind.Constant) : null;
    }

    // Beside a column of numbers or times it becomes one, and not every dialect reads every way to write them.
    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !text.ContainsAnyExceptInRange('0', '9'))
            return true;
        return (char.IsLetter(text[0]) || text[0] == '_') && !char.IsWhiteSpace(text[^1]) && !SpecialTexts.Contains(text.ToString().ToUpperInvariant());
    }

    private static PortableToken? Number(ReadOnlySpan<char> rest, out int length)
    {
        length = rest[0] == '-' ? 1 : 0;
        var whole = length;
        while (length < rest.Length && (char.IsAsciiDigit(rest[length]) || rest[length] == '.'))
            length++;
        var digits = rest[whole..length];
        if (digits.IsEmpty || digits[0] == '.' || digits[^1] == '.' || digits.Length > 18 || (length < rest.Length && IsOfName(rest[length])))
            return null;
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return null;
        // A fraction that a number of single precision cannot hold is compared with such a column in one precision or the other.
        return digits.Contains('.') && (double)(float)number != (double)number ? null : new PortableToken(PortableKind.Constant);
    }

    private static PortableToken? Name(ReadOnlySpan<char> rest, out int length)
    {
        length = 0;
        if (char.IsAsciiDigit(rest[0]))
            return null;
        while (length < rest.Length && IsOfName(rest[length]))
            length++;
        // After a dot comes a part of a column, before a quote a kind of text, before a bracket a function.
        if (length == 0 || (length < rest.Length && rest[length] is '.' or '\'' or '"' or '`' or '$' or '[' or ':'))
            return null;
        var word = rest[..length].ToString().ToUpperInvariant();
        if (Words.Contains(word))
            return new PortableToken(PortableKind.Word, word);
        if (word is "TRUE" or "FALSE")
            return new PortableToken(PortableKind.Constant);
        return NoNames.Any(name => name.EndsWith('_') ? word.StartsWith(name, StringComparison.Ordinal) : word == name)
            ? null
            : new PortableToken(PortableKind.Name);
    }

    private static bool IsOfName(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';
}
