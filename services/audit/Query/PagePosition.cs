using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Tideway.Audit.Query;

/// <summary>The record after which a page begins. A page stays where it is however many records are added meanwhile.</summary>
internal readonly record struct PagePosition(long EventTime, long Sequence)
{
    /// <summary>The position as a token that callers pass back.</summary>
    public string ToToken() => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{EventTime}.{Sequence}")));

    /// <summary>Reads what <see cref="ToToken"/> made.</summary>
    public static bool TryRead(string token, out PagePosition position)
    {
        position = default;
        if (token.Length > 64 || !Base64Url.IsValid(token))
            return false;
        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token)).Split('.');
        if (
            parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
        )
        {
            return false;
        }

        position = new PagePosition(time, sequence);
        return true;
    }
}
