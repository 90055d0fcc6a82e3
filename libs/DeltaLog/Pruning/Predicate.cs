namespace Tideway.DeltaLog.Pruning;

/// <summary>How a column is compared with a constant.</summary>
public enum Comparison
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>&lt;&gt;</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>&lt;=&gt;</c>: null equals null, and only null.</summary>
    NullSafeEqual,
}

/// <summary>
/// A condition on rows, in SQL's three-valued logic, as far as files can be told apart by it: what partition values and statistics cannot
/// decide is <see cref="UnknownPredicate"/>.
/// </summary>
public abstract record Predicate
{
    private protected Predicate() { }
}

/// <summary>A column against a constant.</summary>
/// <param name="Column">The column's name, then those of fields within it.</param>
/// <param name="Comparison">How they are compared.</param>
/// <param name="Value">The constant.</param>
public sealed record ComparisonPredicate(IReadOnlyList<string> Column, Comparison Comparison, Literal Value) : Predicate;

/// <summary>Whether a column is NULL.</summary>
/// <param name="Column">The column's name, then those of fields within it.</param>
public sealed record IsNullPredicate(IReadOnlyList<string> Column) : Predicate;

/// <summary>Whether a column is one of some constants.</summary>
/// <param name="Column">The column's name, then those of fields within it.</param>
/// <param name="Values">The constants.</param>
public sealed record InPredicate(IReadOnlyList<string> Column, IReadOnlyList<Literal> Values) : Predicate;

/// <summary>Whether a text begins with another: <c>LIKE 'abc%'</c>.</summary>
/// <param name="Column">The column's name, then those of fields within it.</param>
/// <param name="Prefix">What it must begin with.</param>
public sealed record StartsWithPredicate(IReadOnlyList<string> Column, string Prefix) : Predicate;

/// <summary>All of some conditions.</summary>
/// <param name="Operands">The conditions.</param>
public sealed record AndPredicate(IReadOnlyList<Predicate> Operands) : Predicate;

/// <summary>Any of some conditions.</summary>
/// <param name="Operands">The conditions.</param>
public sealed record OrPredicate(IReadOnlyList<Predicate> Operands) : Predicate;

/// <summary>The opposite of a condition; unknown stays unknown.</summary>
/// <param name="Operand">The condition.</param>
public sealed record NotPredicate(Predicate Operand) : Predicate;

/// <summary>A condition that nothing is known about: any row may meet it.</summary>
public sealed record UnknownPredicate : Predicate;
