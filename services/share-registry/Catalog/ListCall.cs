using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.ShareRegistry.Catalog;

/// <summary>A call for a page of a list, its token checked.</summary>
internal sealed class ListCall(ContinuationTokens tokens, ContinuationScope scope, ListParameters parameters, string? cursor)
{
    public Guid RecipientId => scope.RecipientId;

    /// <summary>The key after which the page begins; empty at the start.</summary>
    public string After => cursor ?? "";

    /// <summary>The same for a list across schemas, whose keys are <c>schema/name</c>; no name holds a slash.</summary>
    public (string Schema, string Name) AfterInSchema => After.IndexOf('/') is var slash and >= 0 ? (After[..slash], After[(slash + 1)..]) : ("", "");

    /// <summary>How many items to look for: one more than the page holds tells whether there is a next one.</summary>
    public int Limit => parameters.MaxResults + 1;

    /// <summary>Reads the parameters of a call for the list <paramref name="resource"/>.</summary>
    public static Checked<ListCall> Read(HttpContext context, ContinuationTokens tokens, string resource)
    {
        var read = ListParameters.Read(context.Request);
        if (read.IsRefused(out var refusal))
            return refusal;
        var boundTo = new ContinuationScope(ContinuationKind.List, ProtocolExchange.Of(context).Recipient.Id, resource);
        var after = tokens.ReadCursor(read.Value, boundTo);
        return after.IsRefused(out refusal) ? refusal : new ListCall(tokens, boundTo, read.Value, after.Value);
    }

    public JsonAnswer Answer<TRow, TItem>(IReadOnlyList<TRow> found, Func<TRow, string> key, Func<TRow, TItem> item)
    {
        var page = tokens.ToPage(found, cursor, key, parameters, scope);
        return JsonAnswer.Of(new ListPage<TItem> { Items = [.. page.Items!.Select(item)], NextPageToken = page.NextPageToken });
    }
}
