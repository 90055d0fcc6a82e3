using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Pruning;

/// <summary>
/// Reads values from their text in partition values, statistics and conditions.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#partition-value-serialization">Partition Value Serialization</see>.
/// </summary>
internal static class ValueText
{
    private const long MicrosPerSecond = 1_000_000;
    private const long MicrosPerDay = 86_400 * MicrosPerSecond;

    // A decimal holds that many digits, whatever they are.
    private const int MaxDigits = 28;

    /// <summary>What values of the type are compared as; null for types that are not.</summary>
    public static ValueKind? KindOf(DeltaType type) =>
        type switch
        {
            DecimalType => ValueKind.Decimal,
            PrimitiveType { Kind: PrimitiveKind.Byte or PrimitiveKind.Short or PrimitiveKind.Integer or PrimitiveKind.Long } => ValueKind.Decimal,
            PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double } => ValueKind.Double,
            PrimitiveType { Kind: PrimitiveKind.Boolean or PrimitiveKind.Date or PrimitiveKind.Timestamp or PrimitiveKind.TimestampNtz } => ValueKind.Ordinal,
            PrimitiveType { Kind: PrimitiveKind.String } => ValueKind.Text,
            _ => null,
        };

    /// <summary>Sets the bound to the value of the text; leaves it unknown where the text is none of the type.</summary>
    /// <returns>Whether a point in time names no zone where its type has one.</returns>
    public static bool Set(Bound bound, DeltaType type, ReadOnlySpan<byte> text)
    {
        bound.Forget();
        switch (type)
        {
            case PrimitiveType { Kind: PrimitiveKind.String }:
                bound.Set(text);
                return false;
            case PrimitiveType { Kind: PrimitiveKind.Boolean }:
                if (Ascii.EqualsIgnoreCase(text, "true"u8))
                    bound.Set(1L);
                else if (Ascii.EqualsIgnoreCase(text, "false"u8))
                    bound.Set(0L);
                return false;
            case PrimitiveType { Kind: PrimitiveKind.Float }:
                // The text of a float names the float that is nearest to it.
                if (TryDouble(text, out var number))
                    bound.Set((double)(float)number);
                return false;
            case PrimitiveType { Kind: PrimitiveKind.Double }:
                if (TryDouble(text, out number))
                    bound.Set(number);
                return false;
            case PrimitiveType { Kind: PrimitiveKind.Date }:
                if (TryTime(text, out var micros, out _) && micros % MicrosPerDay == 0)
                    bound.Set(micros / MicrosPerDay);
                return false;
            case PrimitiveType { Kind: (PrimitiveKind.Timestamp or PrimitiveKind.TimestampNtz) and var kind }:
                if (!TryTime(text, out micros, out var hasZone))
                    return false;
                bound.Set(micros);
                return kind == PrimitiveKind.Timestamp && !hasZone;
            default:
                if (KindOf(type) == ValueKind.Decimal && TryDecimal(text, out var exact))
                    bound.Set(exact);
                return false;
        }
    }

    /// <summary>How many digits a number has, leading zeros aside; more than any where it has an exponent.</summary>
    public static int Digits(ReadOnlySpan<byte> text)
    {
        var digits = 0;
        foreach (var letter in text)
        {
            if (letter is (byte)'e' or (byte)'E')
                return int.MaxValue;
            if (char.IsAsciiDigit((char)letter) && (digits > 0 || letter != '0'))
                digits++;
        }

        return digits;
    }

    private static bool TryDouble(ReadOnlySpan<byte> text, out double value)
    {
        if (Utf8Parser.TryParse(text, out value, out var read) && read == text.Length)
            return true;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryDecimal(ReadOnlySpan<byte> text, out decimal value)
    {
        value = 0;
        if (text.Length <= 18 && Utf8Parser.TryParse(text, out long whole, out var read) && read == text.Length)
        {
            value = whole;
            return true;
        }

        return (text.ContainsAny("eE"u8) || Digits(text) <= MaxDigits)
            && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && value.Scale < MaxDigits;
    }

    // 2026-01-31, 2026-01-31 12:00:00, 2026-01-31T12:00:00.123456+01:00
    private static bool TryTime(ReadOnlySpan<byte> text, out long micros, out bool hasZone)
    {
        (micros, hasZone) = (0, false);
        if (
            !TryDigits(ref text, 4, out var year)
            || !TryLetter(ref text, '-')
            || !TryDigits(ref text, 2, out var month)
            || !TryLetter(ref text, '-')
            || !TryDigits(ref text, 2, out var day)
            || year < 1
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, month)
        )
            return false;
        micros = (new DateOnly(year, month, day).DayNumber - new DateOnly(1970, 1, 1).DayNumber) * MicrosPerDay;
        if (text.IsEmpty)
            return true;
        if (
            !(TryLetter(ref text, 'T') || TryLetter(ref text, ' '))
            || !TryDigits(ref text, 2, out var hour)
            || !TryLetter(ref text, ':')
            || !TryDigits(ref text, 2, out var minute)
            || hour > 23
            || minute > 59
        )
            return false;
        var second = 0;
        if (TryLetter(ref text, ':') && (!TryDigits(ref text, 2, out second) || second > 59))
            return false;
        micros += ((((hour * 60L) + minute) * 60) + second) * MicrosPerSecond;
        if (TryLetter(ref text, '.') && !TryFraction(ref text, ref micros))
            return false;
        return text.IsEmpty || TryZone(text, ref micros, out hasZone);
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> text, ref long micros)
    {
        var unit = MicrosPerSecond / 10;
        var first = text;
        for (; !text.IsEmpty && char.IsAsciiDigit((char)text[0]); text = text[1..], unit /= 10)
            micros += (text[0] - '0') * unit;
        return text.Length < first.Length;
    }

    private static bool TryZone(ReadOnlySpan<byte> text, ref long micros, out bool hasZone)
    {
        hasZone = true;
        if (text is [(byte)'Z' or (byte)'z'])
            return true;
        var sign =
            TryLetter(ref text, '+') ? 1
            : TryLetter(ref text, '-') ? -1
            : 0;
        if (sign == 0 || !TryDigits(ref text, 2, out var hours))
            return false;
        var minutes = 0;
        if (!text.IsEmpty)
        {
            TryLetter(ref text, ':');
            if (!TryDigits(ref text, 2, out minutes) || !text.IsEmpty)
                return false;
        }

        micros -= sign * ((hours * 60L) + minutes) * 60 * MicrosPerSecond;
        return true;
    }

    private static bool TryLetter(ref ReadOnlySpan<byte> text, char letter)
    {
        if (text.IsEmpty || text[0] != letter)
            return false;
        text = text[1..];
        return true;
    }

    private static bool TryDigits(ref ReadOnlySpan<byte> text, int count, out int value)
    {
        value = 0;
        if (text.Length < count)
            return false;
        foreach (var letter in text[..count])
        {
            if (!char.IsAsciiDigit((char)letter))
                return false;
            value = (value * 10) + letter - '0';
        }

        text = text[count..];
        return true;
    }
}
