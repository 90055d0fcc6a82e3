using Tideway.CdfPublisher.Shares;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.CdfPublisher.Changes;

/// <summary>The changes call of the sharing protocol.</summary>
internal static class ChangesEndpoints
{
    private const string Path = "/shares/{share}/schemas/{schema}/tables/{table}/changes";

    public static void MapChanges(this IEndpointRouteBuilder routes)
    {
        var sharing = routes.MapDeltaSharing<ChangeFeedAccessLog>("/delta-sharing").WithTags("Delta Sharing");
        sharing
            .MapRead(Path, GetChanges)
            .WithName("QueryTableChanges")
            .WithSummary("Row changes of a shared table")
            .WithProtocolAction(ProtocolActions.QueryTableChanges);
        sharing.MapUnknownCalls(Path);
    }

    private static async Task<IResult> GetChanges(
        string share,
        string schema,
        string table,
        HttpContext context,
        ShareStore shares,
        ChangeFeed feed,
        CancellationToken cancellationToken
    )
    {
        var exchange = ProtocolExchange.Of(context);
        if (await shares.FindGrantedTableAsync(exchange.Recipient.Id, share, schema, table, cancellationToken) is not { } granted)
            return await RefuseAsync(share, schema, table, exchange, shares, cancellationToken);

        var capabilities = RequestCapabilities.Read(context.Request);
        if (capabilities.IsRefused(out var refusal))
            return refusal;
        var idHash = FileIds.Read(context.Request);
        if (idHash.IsRefused(out refusal))
            return refusal;
        var range = ChangeRange.Read(context.Request, ChangeCall.RulesOf(granted));
        if (range.IsRefused(out refusal))
            return refusal;
        var pages = ChangePages.Read(context.Request);
        if (pages.IsRefused(out refusal))
            return refusal;
        var call = new ChangeCall(granted, exchange.Recipient.Id, exchange.RequestId, range.Value, pages.Value, capabilities.Value, idHash.Value)
        {
            IsHead = exchange.IsHead,
        };
        return await feed.AnswerAsync(call, cancellationToken);
    }

    // Whether a share is there that the recipient is not granted is not to be learnt from the answer.
    private static async Task<IResult> RefuseAsync(
        string share,
        string schema,
        string table,
        ProtocolExchange exchange,
        ShareStore shares,
        CancellationToken cancellationToken
    )
    {
        var granted = await shares.FindGrantedShareAsync(exchange.Recipient.Id, share, cancellationToken);
        var reason =
            granted is null ? $"Share '{share}' does not exist or is not granted to {exchange.Recipient.Name}."
            : await shares.HasSchemaAsync(granted.ShareId, schema, cancellationToken) ? "There is no such table in the schema."
            : "There is no such schema in the share.";
        return ProtocolRefusals.TableNotFound(share, schema, table, reason);
    }
}
