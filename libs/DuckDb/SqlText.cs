namespace Tideway.DuckDb;

/// <summary>Quotes what SQL takes no parameter for. Everything else belongs into parameters.</summary>
public static class SqlText
{
    /// <summary>The name in double quotes, safe whatever it holds.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds a NUL character, which no DuckDB name can.</exception>
    public static string Identifier(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Quote(name, '"');
    }

    /// <summary>Names joined with dots, each quoted: <c>"schema"."table"</c>.</summary>
    /// <exception cref="ArgumentException">A name is empty or holds a NUL character.</exception>
    public static string QualifiedIdentifier(params ReadOnlySpan<string> names)
    {
        if (names.IsEmpty)
            throw new ArgumentException("At least one name is needed.", nameof(names));
        var quoted = new string[names.Length];
        for (var i = 0; i < names.Length; i++)
            quoted[i] = Identifier(names[i]);
        return string.Join('.', quoted);
    }

    /// <summary>The text as a SQL string in single quotes, safe whatever it holds.</summary>
    /// <exception cref="ArgumentException">The text holds a NUL character.</exception>
    public static string Literal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Quote(text, '\'');
    }

    /// <summary>The texts as a SQL list of strings: <c>['a', 'b']</c>.</summary>
    /// <exception cref="ArgumentException">A text holds a NUL character.</exception>
    public static string LiteralList(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return $"[{string.Join(", ", texts.Select(Literal))}]";
    }

    private static string Quote(string text, char quote)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("SQL text must not hold a NUL character.", nameof(text));
        return $"{quote}{text.Replace($"{quote}", $"{quote}{quote}", StringComparison.Ordinal)}{quote}";
    }
}
