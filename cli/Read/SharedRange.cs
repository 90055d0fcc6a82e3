using System.Globalization;
using Tideway.DeltaSharing.Client;

namespace Tideway.Cli.Read;

/// <summary>From where to where changes are wanted: <c>FROM..TO</c> or <c>FROM..</c>, each a version or a time, as the protocol takes them.</summary>
internal static class SharedRange
{
    // A number is a version, so a year alone is none.
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd' 'HH:mmK",
        "yyyy-MM-dd' 'HH:mm:ssK",
        "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads the text; what is no range is refused.</summary>
    public static ChangesRequest Parse(string text)
    {
        if (text.Split("..") is not [var first, var last] || ReadEnd(first) is not { } from || (ReadEnd(last) is null && last.Length > 0))
            throw new CliFailure(
                ExitCode.Usage,
                $"--changes: expected FROM..TO or FROM.., each a version or a time, such as 3..7 or 2026-11-23T10:00:00Z.., got '{text}'."
            );
        var to = ReadEnd(last);
        if (to?.Version < from.Version || to?.Time < from.Time)
            throw new CliFailure(ExitCode.Usage, $"--changes: {last} is before {first}.");
        return new ChangesRequest
        {
            StartingVersion = from.Version,
            StartingTimestamp = from.Time,
            EndingVersion = to?.Version,
            EndingTimestamp = to?.Time,
        };
    }

    // As everywhere in the program, a time without an offset is UTC.
    private static (long? Version, DateTimeOffset? Time)? ReadEnd(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? (version, null)
        : DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? (null, time)
        : null;
}
