using System.Globalization;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Where the next page of a snapshot goes on: in which version, after how many files, and how many rows went before.</summary>
internal readonly record struct SnapshotCursor(long Version, int Skip, long Rows)
{
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Version} {Skip} {Rows}");

    public static SnapshotCursor Parse(string text)
    {
        var parts = text.Split(' ');
        return new SnapshotCursor(long.Parse(parts[0]), int.Parse(parts[1]), long.Parse(parts[2]));
    }
}

/// <summary>
/// Where the next page of changed files goes on: in which version, after how many of its lines; the version that is the last, whatever came since; the format
/// of all pages, <see cref="ResponseFormats.None"/> before it is chosen; and the time that was told of the version before, which those of later ones follow from.
/// </summary>
internal readonly record struct ChangesCursor(long Version, int Skip, long End, ResponseFormats Format, DateTimeOffset? After)
{
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Version} {Skip} {End} {(int)Format} {After?.ToUnixTimeMilliseconds()}");

    public static ChangesCursor Parse(string text)
    {
        var parts = text.Split(' ');
        // A token of before says no format, or no time.
        var format = parts.Length > 3 ? (ResponseFormats)int.Parse(parts[3]) : ResponseFormats.None;
        DateTimeOffset? after = parts is [_, _, _, _, { Length: > 0 } time] ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(time)) : null;
        return new ChangesCursor(long.Parse(parts[0]), int.Parse(parts[1]), long.Parse(parts[2]), format, after);
    }
}
