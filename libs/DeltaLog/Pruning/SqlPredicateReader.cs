namespace Tideway.DeltaLog.Pruning;

/// <summary>Makes a condition of pieces of SQL, by recursive descent.</summary>
internal sealed class SqlPredicateReader(List<SqlToken> tokens)
{
    private const int MaxDepth = 100;

    private static readonly UnknownPredicate Unknown = new();

    private readonly SqlOperandReader operands = new(tokens);
    private int depth;

    private int At
    {
        get => operands.At;
        set => operands.At = value;
    }

    private SqlToken Next => operands.Next;

    public Predicate? ReadAll() => ReadOr() is { } predicate && Next.Kind == SqlTokenKind.End ? predicate : null;

    private Predicate? ReadOr()
    {
        var parts = new List<Predicate>();
        do
        {
            if (ReadAnd() is not { } part)
                return null;
            parts.Add(part);
        } while (operands.Take("OR"));

        return parts is [var only] ? only : new OrPredicate(parts);
    }

    private Predicate? ReadAnd()
    {
        var parts = new List<Predicate>();
        do
        {
            if (ReadNot() is not { } part)
                return null;
            parts.Add(part);
        } while (operands.Take("AND"));

        return parts is [var only] ? only : new AndPredicate(parts);
    }

    private Predicate? ReadNot()
    {
        var negations = 0;
        while (operands.Take("NOT"))
            negations++;
        if (ReadCondition() is not { } condition)
            return null;
        return negations % 2 == 0 ? condition : new NotPredicate(condition);
    }

    private Predicate? ReadCondition()
    {
        var start = At;
        var condition = Next.Is("(") ? ReadParenthesis() : ReadSimple();
        if (condition is not null && IsEnd(Next))
            return condition;
        At = start;
        return Skip() ? Unknown : null;
    }

    private Predicate? ReadParenthesis()
    {
        if (depth == MaxDepth)
            return null;
        depth++;
        operands.Take("(");
        var inner = ReadOr();
        depth--;
        return inner is not null && operands.Take(")") ? inner : null;
    }

    private Predicate? ReadSimple()
    {
        if (operands.ReadLiteral() is { } value)
        {
            if (Comparison(Next) is { } comparison)
            {
                At++;
                return operands.ReadColumn() is { } compared ? new ComparisonPredicate(compared, Reverse(comparison), value) : null;
            }

            return null;
        }

        if (operands.ReadColumn() is not { } column)
            return null;
        if (IsEnd(Next))
            return new ComparisonPredicate(column, Pruning.Comparison.Equal, Literal.Of(true));
        if (operands.Take("IS"))
            return ReadIs(column);
        if (Comparison(Next) is { } operation)
        {
            At++;
            return operands.ReadLiteral() is { } literal ? new ComparisonPredicate(column, operation, literal) : null;
        }

        var isNot = operands.Take("NOT");
        var predicate = ReadMembership(column);
        return isNot && predicate is not null ? new NotPredicate(predicate) : predicate;
    }

    private Predicate? ReadIs(IReadOnlyList<string> column)
    {
        var isNot = operands.Take("NOT");
        Predicate? predicate = null;
        if (operands.Take("NULL"))
            predicate = new IsNullPredicate(column);
        else if (operands.Take("DISTINCT") && operands.Take("FROM") && operands.ReadLiteral() is { } value)
            (predicate, isNot) = (new ComparisonPredicate(column, Pruning.Comparison.NullSafeEqual, value), !isNot);
        return predicate is not null && isNot ? new NotPredicate(predicate) : predicate;
    }

    private Predicate? ReadMembership(IReadOnlyList<string> column)
    {
        if (operands.Take("IN"))
            return ReadIn(column);
        if (operands.Take("BETWEEN"))
        {
            return operands.ReadLiteral() is { } low && operands.Take("AND") && operands.ReadLiteral() is { } high
                ? new AndPredicate([
                    new ComparisonPredicate(column, Pruning.Comparison.GreaterOrEqual, low),
                    new ComparisonPredicate(column, Pruning.Comparison.LessOrEqual, high),
                ])
                : null;
        }

        if (!operands.Take("LIKE") || operands.ReadLiteral() is not { Kind: LiteralKind.String, Text: var pattern })
            return null;
        var wild = pattern.AsSpan().IndexOfAny('%', '_');
        if (wild < 0)
            return new ComparisonPredicate(column, Pruning.Comparison.Equal, new Literal(LiteralKind.String, pattern));
        var prefix = new StartsWithPredicate(column, pattern[..wild]);
        // Beyond its beginning a pattern can only leave out more.
        return wild == pattern.Length - 1 && pattern[wild] == '%' ? prefix : new AndPredicate([prefix, Unknown]);
    }

    private InPredicate? ReadIn(IReadOnlyList<string> column)
    {
        if (!operands.Take("("))
            return null;
        var values = new List<Literal>();
        do
        {
            if (operands.ReadLiteral() is not { } value)
                return null;
            values.Add(value);
        } while (operands.Take(","));

        return operands.Take(")") ? new InPredicate(column, values) : null;
    }

    // To the end of a condition that is not understood; false where AND and OR in it may belong to something else.
    private bool Skip()
    {
        var start = At;
        for (var open = 0; ; At++)
        {
            var token = Next;
            if (token.Kind == SqlTokenKind.End)
                return open == 0 && At > start;
            // Where there is XOR, it binds more loosely than AND.
            if (token.Is("BETWEEN") || token.Is("CASE") || token.Is("END") || token.Is("XOR"))
                return false;
            if (open == 0 && IsEnd(token))
                return At > start;
            open +=
                token.Is("(") ? 1
                : token.Is(")") ? -1
                : 0;
        }
    }

    private static bool IsEnd(SqlToken token) => token.Kind == SqlTokenKind.End || token.Is("AND") || token.Is("OR") || token.Is(")");

    private static Comparison? Comparison(SqlToken token) =>
        token.Kind != SqlTokenKind.Symbol
            ? null
            : token.Value switch
            {
                "=" or "==" => Pruning.Comparison.Equal,
                "<>" or "!=" => Pruning.Comparison.NotEqual,
                "<" => Pruning.Comparison.Less,
                "<=" => Pruning.Comparison.LessOrEqual,
                ">" => Pruning.Comparison.Greater,
                ">=" => Pruning.Comparison.GreaterOrEqual,
                "<=>" => Pruning.Comparison.NullSafeEqual,
                _ => null,
            };

    private static Comparison Reverse(Comparison comparison) =>
        comparison switch
        {
            Pruning.Comparison.Less => Pruning.Comparison.Greater,
            Pruning.Comparison.LessOrEqual => Pruning.Comparison.GreaterOrEqual,
            Pruning.Comparison.Greater => Pruning.Comparison.Less,
            Pruning.Comparison.GreaterOrEqual => Pruning.Comparison.LessOrEqual,
            _ => comparison,
        };
}
