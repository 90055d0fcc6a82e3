using System.Globalization;

namespace Tideway.DeltaLog.Evolution;

/// <summary>Sizes as table properties have them and people write them: <c>134217728</c>, <c>128mb</c>, <c>1g</c>.</summary>
public static class ByteText
{
    /// <summary>The number of bytes; -1 where the text is none.</summary>
    public static long Parse(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var factor = text[digits..].Trim().ToLowerInvariant() switch
        {
            "" or "b" => 1L,
            "k" or "kb" => 1L << 10,
            "m" or "mb" => 1L << 20,
            "g" or "gb" => 1L << 30,
            "t" or "tb" => 1L << 40,
            _ => -1,
        };
        return
            factor > 0
            && long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue / factor
            ? number * factor
            : -1;
    }
}
