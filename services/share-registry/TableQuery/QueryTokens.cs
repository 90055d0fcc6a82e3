using System.Globalization;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Paging;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>The page and refresh tokens of queries of a table by a recipient.</summary>
internal sealed class QueryTokens(ContinuationTokens tokens, TableCall call, QueryRequest query)
{
    private static readonly TimeSpan PageLifetime = TimeSpan.FromDays(3);

    private ContinuationScope PageScope => new(ContinuationKind.Query, call.RecipientId, $"table/{call.Table.TableId}", Parameters());

    private ContinuationScope RefreshScope => new(ContinuationKind.Refresh, call.RecipientId, $"table/{call.Table.TableId}");

    public string NextPage(string cursor) => tokens.Issue(PageScope, cursor, PageLifetime);

    /// <summary>A token by which the files of a version can be asked for again after their addresses have ended.</summary>
    public string Refresh(long version, TimeSpan urlLifetime) => tokens.Issue(RefreshScope, version.ToString(CultureInfo.InvariantCulture), urlLifetime * 2);

    /// <summary>Where the page asked for goes on; null where it is the first.</summary>
    public Checked<string?> ReadPage()
    {
        if (query.PageToken is null)
            return (string?)null;
        var continuation = tokens.Read(query.PageToken, PageScope);
        return continuation is Continuation.Valid valid ? valid.Cursor : continuation.ToRefusal(ContinuationKind.Query);
    }

    /// <summary>The version asked for again; null where none is.</summary>
    public Checked<long?> ReadRefresh()
    {
        if (query.RefreshToken is null)
            return (long?)null;
        var continuation = tokens.Read(query.RefreshToken, RefreshScope);
        return continuation is Continuation.Valid valid ? (long?)long.Parse(valid.Cursor) : continuation.ToRefusal(ContinuationKind.Refresh);
    }

    // All that decides which files there are and what their lines look like; the size of a page may change from page to page.
    private string Parameters() =>
        string.Join(
            '\n',
            string.Join('\u0001', query.PredicateHints),
            query.JsonPredicateHints,
            query.LimitHint,
            query.Version,
            query.Timestamp,
            query.StartingVersion,
            query.EndingVersion,
            query.IncludeHistoricalProtocol,
            call.Capabilities.ResponseFormats,
            call.FileIdHash
        );
}
