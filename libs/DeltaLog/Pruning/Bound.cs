namespace Tideway.DeltaLog.Pruning;

/// <summary>What values of a type are compared as.</summary>
internal enum ValueKind
{
    /// <summary>Whole numbers and decimals.</summary>
    Decimal,

    /// <summary>Floating point.</summary>
    Double,

    /// <summary>False and true, days, microseconds.</summary>
    Ordinal,

    /// <summary>Texts, by their UTF-8 bytes.</summary>
    Text,
}

/// <summary>A value, or a bound of values; unknown until it is set. Used again for file after file.</summary>
internal sealed class Bound
{
    private decimal number;
    private double floating;
    private long ordinal;
    private byte[] text = [];
    private int length;

    public bool IsKnown { get; private set; }

    /// <summary>Whether this bound from above stands for every text that begins with it, too.</summary>
    public bool IsPrefix { get; private set; }

    public ValueKind Kind { get; private set; }

    public ReadOnlySpan<byte> Text => text.AsSpan(0, length);

    public bool IsNaN => IsKnown && Kind == ValueKind.Double && double.IsNaN(floating);

    public void Forget() => IsKnown = false;

    public void Set(decimal value) => (IsKnown, Kind, number) = (true, ValueKind.Decimal, value);

    public void Set(double value) => (IsKnown, Kind, floating) = (true, ValueKind.Double, value);

    public void Set(long value) => (IsKnown, Kind, ordinal) = (true, ValueKind.Ordinal, value);

    public void Set(ReadOnlySpan<byte> value, bool isPrefix = false)
    {
        if (text.Length < value.Length)
            text = new byte[Math.Max(64, value.Length)];
        value.CopyTo(text);
        (IsKnown, Kind, length, IsPrefix) = (true, ValueKind.Text, value.Length, isPrefix);
    }

    /// <summary>Moves an ordinal; unknown where it would overflow.</summary>
    public void Shift(long by)
    {
        if (!IsKnown || Kind != ValueKind.Ordinal)
            return;
        if (by > 0 ? ordinal > long.MaxValue - by : ordinal < long.MinValue - by)
            IsKnown = false;
        else
            ordinal += by;
    }

    /// <summary>Moves a floating-point number by what may have been lost when it was a 32-bit one; negative for downwards.</summary>
    public void WidenFloat(int direction)
    {
        if (IsKnown && Kind == ValueKind.Double && double.IsFinite(floating))
            floating += direction * Math.Max(Math.Abs(floating) * 1e-6, float.Epsilon);
    }

    /// <summary>Compares values of one kind. Null where they are of different kinds, or one is not a number.</summary>
    public int? CompareTo(Bound other)
    {
        if (!IsKnown || !other.IsKnown || Kind != other.Kind)
            return null;
        return Kind switch
        {
            ValueKind.Decimal => number.CompareTo(other.number),
            ValueKind.Double => double.IsNaN(floating) || double.IsNaN(other.floating) ? null
            : floating < other.floating ? -1
            : floating > other.floating ? 1
            : 0,
            ValueKind.Ordinal => ordinal.CompareTo(other.ordinal),
            _ => Text.SequenceCompareTo(other.Text),
        };
    }
}
