using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Pruning;

/// <summary>A column that a condition names, as the table has it.</summary>
/// <param name="Type">The type of its values.</param>
/// <param name="Path">Its name in files, partition values and statistics, then those of fields within it.</param>
/// <param name="IsPartition">Whether it partitions the table.</param>
/// <param name="WasFloat">Whether older files hold 32-bit floating-point numbers.</param>
internal sealed record PrunedColumn(DeltaType Type, IReadOnlyList<byte[]> Path, bool IsPartition, bool WasFloat)
{
    // Text may be cut after that many characters, and no engine cuts it before.
    private const int UncutCharacters = 32;

    // A decimal written as a floating-point number is exact up to that many digits.
    private const int ExactDigits = 15;

    // A timestamp may be cut to milliseconds.
    private const long MicrosCut = 999;

    // As far as any zone is from UTC.
    private const long ZoneMicros = 15L * 3600 * 1_000_000;

    public ColumnState State { get; } = new();

    // What is compared with a 32-bit number may be rounded to one, or not.
    private bool IsFloat => Type is PrimitiveType { Kind: PrimitiveKind.Float };

    /// <summary>Takes over a partition value; empty is null.</summary>
    public void SetPartitionValue(ReadOnlySpan<byte> text)
    {
        State.SetNull();
        if (text.IsEmpty)
            return;
        State.Forget();
        var isLocal = ValueText.Set(State.Min, Type, text);
        // Some engines read a text that is no value of the type as null.
        if (!State.Min.IsKnown)
            return;
        ValueText.Set(State.Max, Type, text);
        if (isLocal)
        {
            State.Min.Shift(-ZoneMicros);
            State.Max.Shift(ZoneMicros);
        }

        if (IsFloat)
        {
            State.Min.WidenFloat(-1);
            State.Max.WidenFloat(1);
        }

        State.SetExact();
    }

    /// <summary>Takes over a bound from statistics.</summary>
    public void SetStatistic(ReadOnlySpan<byte> text, bool isMax)
    {
        var bound = isMax ? State.Max : State.Min;
        if (Type is DecimalType && ValueText.Digits(text) > ExactDigits)
            return;
        if (ValueText.Set(bound, Type, text))
            bound.Shift(isMax ? ZoneMicros : -ZoneMicros);
        if (!bound.IsKnown)
            return;
        switch (Type)
        {
            case PrimitiveType { Kind: PrimitiveKind.String } when isMax:
                var uncut = Uncut(text);
                if (uncut < text.Length)
                    bound.Set(text[..uncut], isPrefix: true);
                break;
            case PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampNtz } when isMax:
                bound.Shift(MicrosCut);
                break;
            case PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double }:
                if (WasFloat || IsFloat)
                    bound.WidenFloat(isMax ? 1 : -1);
                // Some engines write a bound that is not a number.
                if (bound.IsNaN)
                    bound.Forget();
                break;
        }
    }

    // How many bytes the characters that are never cut off take.
    private static int Uncut(ReadOnlySpan<byte> text)
    {
        if (text.Length < UncutCharacters)
            return text.Length;
        var (bytes, characters) = (0, 0);
        for (; bytes < text.Length; bytes++)
        {
            // A character of four bytes counts as two where texts are UTF-16.
            var isStart = (text[bytes] & 0xC0) != 0x80;
            if (isStart && characters >= UncutCharacters - 1)
                break;
            characters += isStart ? (text[bytes] >= 0xF0 ? 2 : 1) : 0;
        }

        return bytes;
    }
}
