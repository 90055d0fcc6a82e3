using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Tideway.Hosting.Web;

/// <summary>
/// A page of a management list: <c>max_results</c> (0 or absent means 500, at most 1000) and <c>page_token</c>. A token holds the key after which the
/// next page starts; it grants nothing, so it is not signed.
/// </summary>
/// <param name="After">Key of the last item of the page before; empty at the start.</param>
/// <param name="Limit">Most items of this page.</param>
public readonly record struct PageRequest(string After, int Limit)
{
    /// <summary>Items where the caller names no number.</summary>
    public const int DefaultLimit = 500;

    /// <summary>Most items of a page.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Reads the parameters of a list; answers the problem where they are not what was expected.</summary>
    public static ProblemHttpResult? Read(int? maxResults, string? pageToken, out PageRequest page)
    {
        page = default;
        if (maxResults is < 0 or > MaxLimit)
            return Problems.Invalid($"max_results: expected 0 to {MaxLimit}, got {maxResults}.");
        var after = "";
        if (!string.IsNullOrEmpty(pageToken))
        {
            if (!Base64Url.IsValid(pageToken))
                return Problems.Invalid("page_token: expected the next_page_token of the page before, got something else.");
            after = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(pageToken));
        }

        page = new PageRequest(after, maxResults is null or 0 ? DefaultLimit : maxResults.Value);
        return null;
    }

    /// <summary>The token of the page that starts after <paramref name="key"/>.</summary>
    public static string TokenAfter(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));
}
