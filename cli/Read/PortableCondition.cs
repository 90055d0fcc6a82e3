namespace Tideway.Cli.Read;

/// <summary>
/// Whether a condition means the same in the SQL of a server, which is mostly Spark's, as it does here. Only simple forms do; whatever else there is, from
/// <c>LIKE</c> to casts, is left to this side, because a server that understands it more narrowly leaves out files with rows that are wanted.
/// </summary>
internal static class PortableCondition
{
    /// <summary>Whether it is made of names, comparisons, AND, OR, NOT, IN, BETWEEN, IS NULL and plain constants.</summary>
    public static bool Is(string sql) => PortableTokens.Read(sql) is { } tokens && new Reader(tokens).IsCondition();

    private sealed class Reader(IReadOnlyList<PortableToken> tokens)
    {
        private const int MaxDepth = 100;

        private int at;
        private int depth;

        public bool IsCondition() => Or() && at == tokens.Count;

        private bool Or() => Many(And, "OR");

        private bool And() => Many(Not, "AND");

        private bool Many(Func<bool> part, string word)
        {
            if (!part())
                return false;
            while (Take(word))
            {
                if (!part())
                    return false;
            }

            return true;
        }

        private bool Not()
        {
            while (Take("NOT"))
            {
                // As many as there are.
            }

            if (!Take("("))
                return Comparison();
            if (++depth > MaxDepth || !Or() || !Take(")"))
                return false;
            depth--;
            return true;
        }

        private bool Comparison()
        {
            if (!Operand())
                return false;
            if (Take("IS"))
            {
                Take("NOT");
                return Take("NULL");
            }

            if (TakeKind(PortableKind.Comparison))
                return Operand();
            Take("NOT");
            if (Take("BETWEEN"))
                return Operand() && Take("AND") && Operand();
            return Take("IN") && Take("(") && Operands() && Take(")");
        }

        private bool Operands()
        {
            do
            {
                if (!Operand())
                    return false;
            } while (Take(","));
            return true;
        }

        private bool Operand() =>
            Take("DATE") ? TakeKind(PortableKind.Date) : TakeKind(PortableKind.Name) || TakeKind(PortableKind.Constant) || TakeKind(PortableKind.Date);

        private bool Take(string word) => at < tokens.Count && tokens[at].Word == word && ++at > 0;

        private bool TakeKind(PortableKind kind) => at < tokens.Count && tokens[at].Kind == kind && ++at > 0;
    }
}
