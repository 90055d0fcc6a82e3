using System.Globalization;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Paging;

namespace Tideway.CdfPublisher.Changes;

/// <summary>
/// The parameters <c>maxFiles</c> and <c>pageToken</c> of a changes call. The specification has them for queries only; the reference server takes them here too,
/// and clients that page their queries send them.
/// </summary>
/// <param name="MaxFiles">Most files of a page; null for all there are.</param>
/// <param name="Token">Of the page before; null for the first page.</param>
internal sealed record ChangePages(int? MaxFiles, string? Token)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3);

    /// <summary>Whether the answer ends with a line that says how it goes on.</summary>
    public bool AreAskedFor => MaxFiles is not null || Token is not null;

    public static Checked<ChangePages> Read(HttpRequest request)
    {
        int? maxFiles = null;
        if (request.Query["maxFiles"].ToString() is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                return ProtocolRefusals.Invalid($"maxFiles must be an integer from 1 to {int.MaxValue}, not '{text}'.");
            if (number <= 0)
                return ProtocolRefusals.Invalid("maxFiles must be positive.");
            maxFiles = number;
        }

        return new ChangePages(maxFiles, request.Query["pageToken"].ToString() is { Length: > 0 } token ? token : null);
    }

    /// <summary>Where the page begins, as a <see cref="ChangesCursor"/>, and in which table; null for the first.</summary>
    public Checked<TableCursor?> FindStart(ContinuationTokens tokens, ChangeCall call)
    {
        if (Token is null)
            return (TableCursor?)null;
        var continuation = tokens.Read(Token, ScopeOf(call));
        return continuation is Continuation.Valid valid ? (TableCursor?)TableCursor.Parse(valid.Cursor) : continuation.ToRefusal(ContinuationKind.Query);
    }

    /// <summary>The token of the next page of the table with that id of its own.</summary>
    public static string Issue(ContinuationTokens tokens, ChangeCall call, ChangesCursor next, string tableId) =>
        tokens.Issue(ScopeOf(call), TableCursor.Write(next.ToText(), tableId), Lifetime);

    // All that decides which files there are and what their lines look like; the size of a page may change from page to page.
    private static ContinuationScope ScopeOf(ChangeCall call) =>
        new(
            ContinuationKind.Query,
            call.RecipientId,
            $"changes/{call.Table.TableId}",
            string.Create(CultureInfo.InvariantCulture, $"{call.Range}\n{call.Capabilities.ResponseFormats}\n{call.IdHash}")
        );
}
