namespace Tideway.DeltaLog.Pruning;

/// <summary>Reads columns and constants out of pieces of SQL.</summary>
internal sealed class SqlOperandReader(List<SqlToken> tokens)
{
    // Words that are no column where they stand alone.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "AND",
        "OR",
        "NOT",
        "NULL",
        "TRUE",
        "FALSE",
        "IS",
        "IN",
        "LIKE",
        "BETWEEN",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "EXISTS",
        "SELECT",
        "CAST",
        "FROM",
        "WHERE",
        "INTERVAL",
        "DISTINCT",
        "ANY",
        "ALL",
        "ESCAPE",
        "COLLATE",
        "CURRENT_DATE",
        "CURRENT_TIMESTAMP",
        "CURRENT_TIME",
    };

    // Text of strangers: each level is a few frames of the stack.
    private const int MaxCasts = 32;

    private int casts;

    public int At { get; set; }

    public SqlToken Next => tokens[At];

    /// <summary>Passes a word or symbol by, if it is next.</summary>
    public bool Take(string word)
    {
        if (!Next.Is(word))
            return false;
        At++;
        return true;
    }

    /// <summary>A column and fields within it; null where none is next.</summary>
    public List<string>? ReadColumn()
    {
        var names = new List<string>();
        do
        {
            if (Next.Kind != SqlTokenKind.QuotedName && (Next.Kind != SqlTokenKind.Word || (names.Count == 0 && Reserved.Contains(Next.Value))))
                return null;
            names.Add(Next.Value);
            At++;
        } while (Take("."));

        // A function, a constant of some type, or an element.
        return Next.Is("(") || Next.Is("[") || Next.Kind == SqlTokenKind.Text ? null : names;
    }

    /// <summary>A constant; null, without a move, where none is next.</summary>
    public Literal? ReadLiteral()
    {
        var start = At;
        if (ReadUncast() is { } literal)
        {
            while (Take("::"))
            {
                if (Cast(literal, Next) is not { } cast)
                {
                    At = start;
                    return null;
                }

                literal = cast;
                At++;
            }

            return literal;
        }

        At = start;
        return null;
    }

    private Literal? ReadInner()
    {
        if (casts == MaxCasts)
            return null;
        casts++;
        var inner = ReadLiteral();
        casts--;
        return inner;
    }

    private Literal? ReadUncast()
    {
        var token = Next;
        if (token.Kind == SqlTokenKind.End)
            return null;
        At++;
        if (token.Kind == SqlTokenKind.Text)
            return Text(token.Value);
        if (token.Kind == SqlTokenKind.Number)
            return new Literal(LiteralKind.Number, token.Value);
        if ((token.Is("-") || token.Is("+")) && Next.Kind == SqlTokenKind.Number)
            return new Literal(LiteralKind.Number, (token.Is("-") ? "-" : "") + tokens[At++].Value);
        if (token.Is("NULL"))
            return Literal.Null;
        if (token.Is("TRUE") || token.Is("FALSE"))
            return Literal.Of(token.Is("TRUE"));
        if (token.Is("CAST") && Take("(") && ReadInner() is { } inner && Take("AS") && Cast(inner, Next) is { } cast)
        {
            At++;
            return Take(")") ? cast : null;
        }

        return token.Kind == SqlTokenKind.Word && Next.Kind == SqlTokenKind.Text && Text(Next.Value) is { } text && Cast(text, token) is { } typed && At++ >= 0
            ? typed
            : null;
    }

    // Dialects differ in what a backslash means.
    private static Literal? Text(string text) => text.Contains('\\') ? null : new Literal(LiteralKind.String, text);

    private static Literal? Cast(Literal literal, SqlToken type)
    {
        if (type.Kind != SqlTokenKind.Word)
            return null;
        var isText = literal.Kind == LiteralKind.String;
        return type.Value.ToUpperInvariant() switch
        {
            "DATE" when isText && literal.Text.Length == 10 => literal with { Kind = LiteralKind.Date },
            "TIMESTAMP" or "TIMESTAMPTZ" or "TIMESTAMP_NTZ" or "TIMESTAMP_LTZ" when isText => literal with { Kind = LiteralKind.Timestamp },
            "STRING" or "VARCHAR" or "TEXT" when isText => literal,
            "INT" or "INTEGER" or "BIGINT" or "LONG" when literal.Kind == LiteralKind.Number && long.TryParse(literal.Text, out _) => literal,
            "DOUBLE" when literal.Kind == LiteralKind.Number => literal,
            _ => null,
        };
    }
}
