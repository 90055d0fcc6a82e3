using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Parameters;

/// <summary>The parameters of a list call.</summary>
/// <param name="MaxResults">How many items the page holds at most; 0 is none, but says whether there are any.</param>
/// <param name="PageToken">The page asked for.</param>
public sealed record ListParameters(int MaxResults, string? PageToken)
{
    /// <summary>The largest page, and that of who asks for none in particular.</summary>
    public const int MaxPage = 500;

    /// <summary>Reads <c>maxResults</c> and <c>pageToken</c>, which one client calls <c>nextToken</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="maxPage">The largest page of this list.</param>
    public static Checked<ListParameters> Read(HttpRequest request, int maxPage = MaxPage)
    {
        ArgumentNullException.ThrowIfNull(request);
        var maxResults = maxPage;
        if (request.Query.TryGetValue("maxResults", out var text) && !string.IsNullOrEmpty(text))
        {
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out maxResults))
                return ProtocolRefusals.Invalid($"maxResults must be an integer between 0 and {maxPage}, not '{text}'.");
            if (maxResults < 0 || maxResults > maxPage)
                return ProtocolRefusals.Invalid($"maxResults must be between 0 and {maxPage}, not {maxResults}.");
        }

        var token = request.Query["pageToken"].ToString();
        if (token.Length == 0)
            token = request.Query["nextToken"].ToString();
        return new ListParameters(maxResults, token.Length == 0 ? null : token);
    }
}
