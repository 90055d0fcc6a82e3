using System.Buffers.Text;
using System.Text;

namespace Tideway.ShareRegistry;

/// <summary>Where a page of a management list begins and how long it may be.</summary>
internal sealed record ManagementPage(string After, int Size)
{
    private const int DefaultSize = 500;
    private const int MaxSize = 1000;

    /// <summary>Reads <c>max_results</c> and <c>page_token</c>.</summary>
    public static Outcome<ManagementPage> Of(int? maxResults, string? pageToken)
    {
        if (maxResults < 0)
            return Refusal.Invalid($"max_results: expected 0 to {MaxSize}, got {maxResults}.");
        var size = maxResults is null or 0 ? DefaultSize : Math.Min(maxResults.Value, MaxSize);
        if (string.IsNullOrEmpty(pageToken))
            return new ManagementPage("", size);
        try
        {
            return new ManagementPage(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(pageToken)), size);
        }
        catch (FormatException)
        {
            return Refusal.Invalid("page_token: expected the next_page_token of an earlier answer, got something else.");
        }
    }

    /// <summary>How many rows to ask for: one more than fits tells whether there is a next page.</summary>
    public int Limit => Size + 1;

    /// <summary>The rows of this page and the token of the next one.</summary>
    public (IReadOnlyList<T> Items, string? NextPageToken) Cut<T>(IReadOnlyList<T> rows, Func<T, string> keyOf)
    {
        if (rows.Count <= Size)
            return (rows, null);
        return ([.. rows.Take(Size)], Base64Url.EncodeToString(Encoding.UTF8.GetBytes(keyOf(rows[Size - 1]))));
    }
}
