using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.TableCredentials;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>A call about one table that its recipient may read, with what its headers say.</summary>
internal sealed record TableCall(
    GrantedTable Table,
    Guid RecipientId,
    string RequestId,
    SharingCapabilities Capabilities,
    FileIdHash? FileIdHash,
    TableAccess Access
)
{
    /// <summary>What of the table may be asked for.</summary>
    public TableRules Rules { get; } =
        new(Table.ShareName, Table.SchemaName, Table.TableName, Table.HistoryShared, Table.HistoryShared ? Table.StartVersion : 0);

    /// <summary>Whether the answer to a query ends with a line that says so. Clients break on one that they did not ask for.</summary>
    public bool WantsEnd(QueryRequest query) =>
        Capabilities.IncludeEndStreamAction || query.IncludeRefreshToken || query.MaxFiles is not null || query.PageToken is not null;

    /// <summary>Finds the table of the route and reads the headers. Share, schema and table that are not granted are not there.</summary>
    public static async Task<Checked<TableCall>> ReadAsync(HttpContext context, GrantedCatalog catalog, CancellationToken cancellationToken)
    {
        var exchange = ProtocolExchange.Of(context);
        var (share, schema, table) = (exchange.Share!, exchange.Schema!, exchange.Table!);
        var recipientId = exchange.Recipient.Id;
        if (await catalog.FindTableAsync(recipientId, share, schema, table, cancellationToken) is not { } found)
            return await catalog.RefuseTableAsync(recipientId, share, schema, table, cancellationToken);

        var capabilities = RequestCapabilities.Read(context.Request);
        var idHash = FileIds.Read(context.Request);
        if (capabilities.IsRefused(out var refusal) || idHash.IsRefused(out refusal))
            return refusal;
        var access = context.RequestServices.GetRequiredService<DirectoryOffers>().Of(found);
        return new TableCall(found, recipientId, exchange.RequestId, capabilities.Value, idHash.Value, access);
    }
}
