namespace Tideway.DeltaLog.Pruning;

/// <summary>What a condition can come to for the rows of a file; one bit for each outcome that cannot be ruled out.</summary>
[Flags]
internal enum Outcomes : byte
{
    None = 0,
    True = 1,
    False = 2,
    Null = 4,
    Any = True | False | Null,
}

/// <summary>Three-valued logic on sets of outcomes: a set holds every outcome of every combination of those that go in, so none is ruled out wrongly.</summary>
internal static class OutcomeLogic
{
    public static Outcomes And(this Outcomes left, Outcomes right)
    {
        var both = left & right & Outcomes.True;
        var any = (left | right) & Outcomes.False;
        var isNull =
            (left.HasFlag(Outcomes.Null) && (right & (Outcomes.True | Outcomes.Null)) != Outcomes.None)
            || (right.HasFlag(Outcomes.Null) && (left & (Outcomes.True | Outcomes.Null)) != Outcomes.None);
        // Without rows there is no outcome.
        return left == Outcomes.None || right == Outcomes.None ? Outcomes.None : both | any | (isNull ? Outcomes.Null : Outcomes.None);
    }

    public static Outcomes Or(this Outcomes left, Outcomes right) => left.Not().And(right.Not()).Not();

    public static Outcomes Not(this Outcomes operand) =>
        (operand & Outcomes.Null)
        | (operand.HasFlag(Outcomes.True) ? Outcomes.False : Outcomes.None)
        | (operand.HasFlag(Outcomes.False) ? Outcomes.True : Outcomes.None);

    public static Outcomes When(bool canBeTrue, bool canBeFalse) => (canBeTrue ? Outcomes.True : Outcomes.None) | (canBeFalse ? Outcomes.False : Outcomes.None);
}
