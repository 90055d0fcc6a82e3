using System.Globalization;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Paging;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>The page and refresh tokens of queries of a table by a recipient.</summary>
internal sealed class QueryTokens(ContinuationTokens tokens, TableCall call, QueryRequest query)
{
    private static readonly TimeSpan PageLifetime = TimeSpan.FromDays(3);

    private string? tableId;
    private (TableCursor Cursor, ContinuationKind Kind)? given;

    private ContinuationScope PageScope => new(ContinuationKind.Query, call.RecipientId, $"table/{call.Table.TableId}", Parameters());

    private ContinuationScope RefreshScope => new(ContinuationKind.Refresh, call.RecipientId, $"table/{call.Table.TableId}");

    // Nothing is told of a table before it was found.
    private string TableId => tableId ?? throw new InvalidOperationException("The table of the tokens is not known yet.");

    /// <summary>
    /// Says which table it is, by its own id, that the answer is made from: tokens are of that table. A refusal where the token of the call is of another, which was at
    /// the same place before.
    /// </summary>
    public ProtocolRefusal? Bind(string id)
    {
        tableId = id;
        return given is var (cursor, kind) ? cursor.Check(id, kind) : null;
    }

    /// <summary>
    /// A refusal where the token of the call goes on with a version that the table has not: versions never become fewer, so the token is of another, which was at
    /// the same place before.
    /// </summary>
    public ProtocolRefusal? CheckReach(long version, long latest) =>
        given is var (_, kind) && version > latest ? new Continuation.Expired().ToRefusal(kind) : null;

    public string NextPage(string cursor) => tokens.Issue(PageScope, TableCursor.Write(cursor, TableId), PageLifetime);

    /// <summary>A token by which the files of a version can be asked for again after their addresses have ended.</summary>
    public string Refresh(long version, TimeSpan urlLifetime) =>
        tokens.Issue(RefreshScope, TableCursor.Write(version.ToString(CultureInfo.InvariantCulture), TableId), urlLifetime * 2);

    /// <summary>Where the page asked for goes on; null where it is the first.</summary>
    public Checked<string?> ReadPage()
    {
        if (query.PageToken is null)
            return (string?)null;
        var continuation = tokens.Read(query.PageToken, PageScope);
        return continuation is Continuation.Valid valid ? Read(valid, ContinuationKind.Query) : continuation.ToRefusal(ContinuationKind.Query);
    }

    /// <summary>The version asked for again; null where none is.</summary>
    public Checked<long?> ReadRefresh()
    {
        if (query.RefreshToken is null)
            return (long?)null;
        var continuation = tokens.Read(query.RefreshToken, RefreshScope);
        return continuation is Continuation.Valid valid
            ? (long?)long.Parse(Read(valid, ContinuationKind.Refresh))
            : continuation.ToRefusal(ContinuationKind.Refresh);
    }

    private string Read(Continuation.Valid token, ContinuationKind kind)
    {
        var cursor = TableCursor.Parse(token.Cursor);
        given = (cursor, kind);
        return cursor.Position;
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
