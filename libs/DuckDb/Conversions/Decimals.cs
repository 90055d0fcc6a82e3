namespace Tideway.DuckDb.Conversions;

/// <summary>DuckDB's decimals have up to 38 digits, .NET's 28 to 29.</summary>
internal static class Decimals
{
    private const int LargestScale = 28;
    private static readonly Int128 Limit = Int128.One << 96;

    /// <summary>The number without its point, how many digits it needs and how many stand after the point.</summary>
    public static (Int128 Unscaled, int Width, int Scale) Parts(decimal value)
    {
        Span<int> words = stackalloc int[4];
        _ = decimal.GetBits(value, words);
        var magnitude = ((Int128)(uint)words[2] << 64) | ((Int128)(uint)words[1] << 32) | (uint)words[0];
        var scale = (words[3] >> 16) & 0xFF;
        return (words[3] < 0 ? -magnitude : magnitude, Math.Max(Digits(magnitude), Math.Max(scale, 1)), scale);
    }

    /// <exception cref="DuckDbException">The value has more digits than a decimal holds.</exception>
    public static decimal Value(Int128 unscaled, int scale)
    {
        var negative = unscaled < 0;
        var magnitude = negative ? -unscaled : unscaled;
        while (scale > 0 && (scale > LargestScale || magnitude >= Limit) && magnitude % 10 == 0)
        {
            magnitude /= 10;
            scale--;
        }

        if (scale > LargestScale || magnitude >= Limit)
            throw new DuckDbException(DuckDbError.OutOfRange, $"The decimal {unscaled}E-{scale} has more digits than System.Decimal holds; read it unscaled.");
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), negative, (byte)scale);
    }

    /// <summary>The number without its point at another scale.</summary>
    /// <exception cref="DuckDbException">Digits would be lost, or there are more than the width allows.</exception>
    public static Int128 Rescale(decimal value, int width, int scale)
    {
        var (unscaled, _, own) = Parts(value);
        for (; own > scale && unscaled % 10 == 0; own--)
            unscaled /= 10;
        if (own > scale || Digits(Int128.Abs(unscaled)) + scale - own > width)
            throw new DuckDbException(DuckDbError.OutOfRange, $"{value} does not fit DECIMAL({width},{scale}) without losing digits.");
        for (; own < scale; own++)
            unscaled *= 10;
        return unscaled;
    }

    private static int Digits(Int128 magnitude)
    {
        var digits = 0;
        for (; magnitude > 0; magnitude /= 10)
            digits++;
        return digits;
    }
}
