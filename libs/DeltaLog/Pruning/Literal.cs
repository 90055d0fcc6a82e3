namespace Tideway.DeltaLog.Pruning;

/// <summary>What a <see cref="Literal"/> was written as.</summary>
public enum LiteralKind
{
    /// <summary>NULL.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A whole or decimal number, or one with an exponent.</summary>
    Number,

    /// <summary>A text, which is taken for a value of the type of the column that it is compared with.</summary>
    String,

    /// <summary>A date, <c>2026-01-31</c>.</summary>
    Date,

    /// <summary>A point in time, <c>2026-01-31 12:00:00.5Z</c>; in UTC where it names no zone.</summary>
    Timestamp,
}

/// <summary>A constant that columns are compared with.</summary>
/// <param name="Kind">What it was written as.</param>
/// <param name="Text">Its text; empty for NULL.</param>
public sealed record Literal(LiteralKind Kind, string Text)
{
    /// <summary>NULL.</summary>
    public static Literal Null { get; } = new(LiteralKind.Null, "");

    /// <summary>True or false.</summary>
    public static Literal Of(bool value) => new(LiteralKind.Boolean, value ? "true" : "false");
}
