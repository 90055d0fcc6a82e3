using System.Globalization;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.CdfPublisher.Changes;

/// <summary>
/// Where a page of changes begins: in which version, after how many of its files; and what the first page settled: the range, and the version that was the
/// latest then, whose metadata leads each page; and the format of all pages, <see cref="ResponseFormats.None"/> before it is chosen.
/// </summary>
internal sealed record ChangesCursor(long Start, long End, long Latest, long Version, int Skip, ResponseFormats Format = ResponseFormats.None)
{
    /// <summary>Whether the files are counted as <see cref="PlainChanges"/> tells them, which leaves out and adds some.</summary>
    public bool Plain { get; init; }

    /// <summary>The time that was told of the version before, which those of later ones follow from; null where none was.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Whether it is the first page.</summary>
    public bool IsFirst => Version == Start && Skip == 0;

    public string ToText() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Start} {End} {Latest} {Version} {Skip} {(Plain ? 1 : 0)} {(int)Format} {After?.ToUnixTimeMilliseconds()}"
        );

    public static ChangesCursor Parse(string text)
    {
        var parts = text.Split(' ');
        // A token of before says no format, or no time.
        var format = parts.Length > 6 ? (ResponseFormats)int.Parse(parts[6]) : ResponseFormats.None;
        return new ChangesCursor(long.Parse(parts[0]), long.Parse(parts[1]), long.Parse(parts[2]), long.Parse(parts[3]), int.Parse(parts[4]), format)
        {
            Plain = parts is [_, _, _, _, _, "1", ..],
            After = parts is [_, _, _, _, _, _, _, { Length: > 0 } time] ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(time)) : null,
        };
    }
}
