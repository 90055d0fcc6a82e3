using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>How the bytes of an answer are encoded.</summary>
public enum ContentCoding
{
    /// <summary>Not at all.</summary>
    Identity,

    /// <summary><c>gzip</c>.</summary>
    Gzip,

    /// <summary><c>zstd</c>.</summary>
    Zstd,
}

/// <summary>
/// What the <c>Accept-Encoding</c> header of a request asks for.
/// See <see href="https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding">RFC 9110, Accept-Encoding</see>.
/// </summary>
/// <param name="Preferred">The encoding that the caller likes best of those there are.</param>
/// <param name="TakesIdentity">Whether the caller takes bytes as they are.</param>
internal readonly record struct AcceptedCodings(ContentCoding Preferred, bool TakesIdentity)
{
    /// <summary>The caller takes nothing that there is.</summary>
    public bool IsNone => Preferred == ContentCoding.Identity && !TakesIdentity;

    public static AcceptedCodings Of(HttpRequest request) => Of(request.Headers.AcceptEncoding);

    public static AcceptedCodings Of(StringValues header)
    {
        // What cannot be read is no wish.
        if (StringValues.IsNullOrEmpty(header) || !StringWithQualityHeaderValue.TryParseList(header, out var wishes))
            return new AcceptedCodings(ContentCoding.Identity, TakesIdentity: true);
        double? zstd = null;
        double? gzip = null;
        double? identity = null;
        double? any = null;
        foreach (var wish in wishes)
        {
            var quality = wish.Quality ?? 1;
            switch (wish.Value.ToString().ToLowerInvariant())
            {
                case "zstd":
                    zstd = quality;
                    break;
                case "gzip" or "x-gzip":
                    gzip = quality;
                    break;
                case "identity":
                    identity = quality;
                    break;
                case "*":
                    any = quality;
                    break;
            }
        }

        var takesIdentity = (identity ?? any ?? 1) > 0;
        var best = Best(zstd, gzip ?? any);
        // Who puts plain bytes first gets them; who says nothing about them is glad of fewer.
        var isWorthIt = best.Quality > 0 && (identity is not { } plain || best.Quality >= plain);
        return new AcceptedCodings(isWorthIt ? best.Coding : ContentCoding.Identity, takesIdentity);
    }

    // Of equals the faster. A star stands for gzip, which everybody reads who reads anything.
    private static (ContentCoding Coding, double Quality) Best(double? zstd, double? gzip) =>
        (zstd ?? 0) > 0 && (zstd ?? 0) >= (gzip ?? 0) ? (ContentCoding.Zstd, zstd!.Value) : (ContentCoding.Gzip, gzip ?? 0);
}

/// <summary>The names of encodings.</summary>
internal static class ContentCodingNames
{
    public static string ToHeader(this ContentCoding coding) => coding.ToString().ToLowerInvariant();
}
