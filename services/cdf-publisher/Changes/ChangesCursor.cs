using System.Globalization;

namespace Tideway.CdfPublisher.Changes;

/// <summary>
/// Where a page of changes begins: in which version, after how many of its files; and what the first page settled: the range, and the version that was the
/// latest then, whose metadata leads each page.
/// </summary>
internal sealed record ChangesCursor(long Start, long End, long Latest, long Version, int Skip)
{
    /// <summary>Whether the files are counted as <see cref="PlainChanges"/> tells them, which leaves out and adds some.</summary>
    public bool Plain { get; init; }

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Start} {End} {Latest} {Version} {Skip} {(Plain ? 1 : 0)}");

    public static ChangesCursor Parse(string text)
    {
        var parts = text.Split(' ');
        return new ChangesCursor(long.Parse(parts[0]), long.Parse(parts[1]), long.Parse(parts[2]), long.Parse(parts[3]), int.Parse(parts[4]))
        {
            Plain = parts is [_, _, _, _, _, "1"],
        };
    }
}
