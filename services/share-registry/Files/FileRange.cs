using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Tideway.ShareRegistry.Files;

/// <summary>Which bytes of a file a request asks for (RFC 9110, sections 13 and 14).</summary>
/// <param name="Status">
/// 200 for the whole file, 206 for a part, 304 for a file the client has, 412 for a file that is not the one the client expects, 416 for a part the file does not
/// have.
/// </param>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many bytes.</param>
internal readonly partial record struct FileRange(int Status, long Offset, long Length)
{
    public static FileRange Of(RequestHeaders headers, long size, EntityTagHeaderValue tag, DateTimeOffset lastModified)
    {
        if (!IsExpected(headers, tag, lastModified))
            return new FileRange(StatusCodes.Status412PreconditionFailed, 0, 0);
        if (
            headers.IfNoneMatch is { Count: > 0 } known
            && known.Any(entry => entry.Compare(tag, useStrongComparison: false) || entry.Equals(EntityTagHeaderValue.Any))
        )
            return new FileRange(StatusCodes.Status304NotModified, 0, 0);
        var whole = new FileRange(StatusCodes.Status200OK, 0, size);
        // Several ranges at once, other units and what cannot be read may be answered with the whole file.
        if (RangeOf(headers) is not { Ranges.Count: 1 } range || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
            return whole;
        if (headers.IfRange is { } condition && !Holds(condition, tag, lastModified))
            return whole;
        var part = range.Ranges.First();
        // A range without a start means the last bytes.
        var (start, end) = part.From is { } from ? (from, Math.Min(part.To ?? long.MaxValue, size - 1)) : (Math.Max(size - part.To!.Value, 0), size - 1);
        return start >= size || end < start
            ? new FileRange(StatusCodes.Status416RangeNotSatisfiable, 0, 0)
            : new FileRange(StatusCodes.Status206PartialContent, start, end - start + 1);
    }

    // The time counts only where no tag was named, and only where it is one.
    private static bool IsExpected(RequestHeaders headers, EntityTagHeaderValue tag, DateTimeOffset lastModified) =>
        headers.Headers.IfMatch.Count > 0
            ? headers.IfMatch.Any(entry => entry.Compare(tag, useStrongComparison: true) || entry.Equals(EntityTagHeaderValue.Any))
            : !(headers.IfUnmodifiedSince < lastModified);

    private static bool Holds(RangeConditionHeaderValue condition, EntityTagHeaderValue tag, DateTimeOffset lastModified) =>
        condition.EntityTag is { } wanted ? wanted.Compare(tag, useStrongComparison: true) : condition.LastModified >= lastModified;

    // A position may have any number of digits. No file is as long as the largest number here, so that what is beyond it is as good as that.
    private static RangeHeaderValue? RangeOf(RequestHeaders headers) =>
        RangeHeaderValue.TryParse(LongNumber().Replace(headers.Headers.Range.ToString(), Bound), out var range) ? range : null;

    private static string Bound(Match number) =>
        long.TryParse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position.ToString(CultureInfo.InvariantCulture)
            : long.MaxValue.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("[0-9]{19,}", RegexOptions.NonBacktracking)]
    private static partial Regex LongNumber();
}
