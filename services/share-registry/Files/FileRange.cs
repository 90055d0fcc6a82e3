using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Tideway.ShareRegistry.Files;

/// <summary>Which bytes of a file a request asks for (RFC 9110, section 14).</summary>
/// <param name="Status">200 for the whole file, 206 for a part, 304 for a file the client has, 416 for a part the file does not have.</param>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct FileRange(int Status, long Offset, long Length)
{
    public static FileRange Of(RequestHeaders headers, long size, EntityTagHeaderValue tag, DateTimeOffset lastModified)
    {
        if (
            headers.IfNoneMatch is { Count: > 0 } known
            && known.Any(entry => entry.Compare(tag, useStrongComparison: false) || entry.Equals(EntityTagHeaderValue.Any))
        )
            return new FileRange(StatusCodes.Status304NotModified, 0, 0);
        var whole = new FileRange(StatusCodes.Status200OK, 0, size);
        // Several ranges at once, other units and what cannot be read may be answered with the whole file.
        if (headers.Range is not { Ranges.Count: 1 } range || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
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

    private static bool Holds(RangeConditionHeaderValue condition, EntityTagHeaderValue tag, DateTimeOffset lastModified) =>
        condition.EntityTag is { } wanted ? wanted.Compare(tag, useStrongComparison: true) : condition.LastModified >= lastModified;
}
