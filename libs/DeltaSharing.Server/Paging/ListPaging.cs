using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.DeltaSharing.Server.Paging;

/// <summary>
/// Pages of lists in ascending order of a key. A page goes on after the last key of the one before, so that items that come and go in between
/// neither repeat nor hide others.
/// </summary>
public static class ListPaging
{
    /// <summary>How long a token of a list is good for.</summary>
    public static TimeSpan TokenLifetime { get; } = TimeSpan.FromDays(1);

    /// <summary>The key after which the page begins, <see langword="null"/> for the first page, or a refusal.</summary>
    public static Checked<string?> ReadCursor(this ContinuationTokens tokens, ListParameters parameters, ContinuationScope scope)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(scope);
        if (parameters.PageToken is null)
            return (string?)null;
        var continuation = tokens.Read(parameters.PageToken, scope);
        if (continuation is not Continuation.Valid valid)
            return continuation.ToRefusal(scope.Kind);
        // A page of no items hands out the cursor it was given, which for the first page is none.
        return valid.Cursor.Length == 0 ? null : valid.Cursor;
    }

    /// <summary>Makes a page of what was found after the cursor.</summary>
    /// <param name="tokens">Makes the token of the next page.</param>
    /// <param name="found">What follows the cursor, in order; at least one more than the page holds, where there is one more.</param>
    /// <param name="cursor">The cursor.</param>
    /// <param name="key">The key of an item, not empty.</param>
    /// <param name="parameters">The parameters of the call.</param>
    /// <param name="scope">What the token is bound to.</param>
    public static ListPage<T> ToPage<T>(
        this ContinuationTokens tokens,
        IEnumerable<T> found,
        string? cursor,
        Func<T, string> key,
        ListParameters parameters,
        ContinuationScope scope
    )
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(parameters);
        var items = new List<T>();
        foreach (var item in found)
        {
            if (items.Count == parameters.MaxResults)
            {
                var next = items.Count == 0 ? cursor ?? "" : key(items[^1]);
                return new ListPage<T> { Items = items, NextPageToken = tokens.Issue(scope, next, TokenLifetime, endsOnTheHour: true) };
            }

            items.Add(item);
        }

        return new ListPage<T> { Items = items };
    }
}
