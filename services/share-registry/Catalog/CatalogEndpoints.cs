using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.TableCredentials;

namespace Tideway.ShareRegistry.Catalog;

/// <summary>The sharing protocol's lists of shares, schemas and tables.</summary>
internal static class CatalogEndpoints
{
    public static void MapCatalog(this IEndpointRouteBuilder sharing)
    {
        var group = sharing.MapGroup("").AddEndpointFilter<RouteGroupBuilder, KeptAnswers>();
        group.MapRead("/shares", ListSharesAsync).WithProtocolAction(ProtocolActions.ListShares).WithName("sharing.listShares");
        group.MapRead("/shares/{share}", GetShareAsync).WithProtocolAction(ProtocolActions.GetShare).WithName("sharing.getShare");
        group.MapRead("/shares/{share}/schemas", ListSchemasAsync).WithProtocolAction(ProtocolActions.ListSchemas).WithName("sharing.listSchemas");
        group.MapRead("/shares/{share}/schemas/{schema}/tables", ListTablesAsync).WithProtocolAction(ProtocolActions.ListTables).WithName("sharing.listTables");
        group
            // HEAD of this path is the older version call.
            .MapGet("/shares/{share}/schemas/{schema}/tables/{table}", GetTableAsync)
            .WithProtocolAction(ProtocolActions.GetTable)
            .WithName("sharing.getTable");
        group.MapRead("/shares/{share}/all-tables", ListAllTablesAsync).WithProtocolAction(ProtocolActions.ListAllTables).WithName("sharing.listAllTables");
    }

    private static async Task<IResult> ListSharesAsync(
        HttpContext context,
        GrantedCatalog catalog,
        ContinuationTokens tokens,
        CancellationToken cancellationToken
    )
    {
        var list = ListCall.Read(context, tokens, "shares");
        if (list.IsRefused(out var refusal))
            return refusal;
        var found = await catalog.ListSharesAsync(list.Value.RecipientId, list.Value.After, list.Value.Limit, cancellationToken);
        return list.Value.Answer(found, share => share.Key, ItemOf);
    }

    private static async Task<IResult> GetShareAsync(string share, HttpContext context, GrantedCatalog catalog, CancellationToken cancellationToken) =>
        await catalog.FindShareAsync(ProtocolExchange.Of(context).Recipient.Id, share, cancellationToken) is { } found
            ? JsonAnswer.Of(ItemOf(found))
            : await catalog.RefuseShareAsync(share, cancellationToken);

    private static async Task<IResult> ListSchemasAsync(
        string share,
        HttpContext context,
        GrantedCatalog catalog,
        ContinuationTokens tokens,
        CancellationToken cancellationToken
    )
    {
        if (await catalog.FindShareAsync(ProtocolExchange.Of(context).Recipient.Id, share, cancellationToken) is not { } granted)
            return await catalog.RefuseShareAsync(share, cancellationToken);
        var list = ListCall.Read(context, tokens, $"schemas/{granted.ShareId}");
        if (list.IsRefused(out var refusal))
            return refusal;
        var found = await catalog.ListSchemasAsync(list.Value.RecipientId, share, list.Value.After, list.Value.Limit, cancellationToken);
        return list.Value.Answer(found, schema => schema.Key, schema => new SchemaItem { Name = schema.Name, Share = granted.Name });
    }

    private static async Task<IResult> ListTablesAsync(
        string share,
        string schema,
        HttpContext context,
        GrantedCatalog catalog,
        DirectoryOffers offers,
        ContinuationTokens tokens,
        CancellationToken cancellationToken
    )
    {
        var recipientId = ProtocolExchange.Of(context).Recipient.Id;
        if (await catalog.FindShareAsync(recipientId, share, cancellationToken) is not { } granted)
            return await catalog.RefuseShareAsync(share, cancellationToken);
        if (await catalog.FindSchemaAsync(recipientId, share, schema, cancellationToken) is not { } known)
            return ProtocolRefusals.SchemaNotFound(share, schema);
        var list = ListCall.Read(context, tokens, $"tables/{granted.ShareId}/{known.Key}");
        if (list.IsRefused(out var refusal))
            return refusal;
        var found = await catalog.ListTablesAsync(recipientId, share, schema, list.Value.After, list.Value.Limit, cancellationToken);
        return list.Value.Answer(found, table => table.TableKey, table => ItemOf(table, offers.Of(table)));
    }

    private static async Task<IResult> GetTableAsync(
        string share,
        string schema,
        string table,
        HttpContext context,
        GrantedCatalog catalog,
        DirectoryOffers offers,
        CancellationToken cancellationToken
    )
    {
        var recipientId = ProtocolExchange.Of(context).Recipient.Id;
        return await catalog.FindTableAsync(recipientId, share, schema, table, cancellationToken) is { } found
            ? JsonAnswer.Of(ItemOf(found, offers.Of(found)) with { Format = "delta" })
            : await catalog.RefuseTableAsync(recipientId, share, schema, table, cancellationToken);
    }

    private static async Task<IResult> ListAllTablesAsync(
        string share,
        HttpContext context,
        GrantedCatalog catalog,
        DirectoryOffers offers,
        ContinuationTokens tokens,
        CancellationToken cancellationToken
    )
    {
        var recipientId = ProtocolExchange.Of(context).Recipient.Id;
        if (await catalog.FindShareAsync(recipientId, share, cancellationToken) is not { } granted)
            return await catalog.RefuseShareAsync(share, cancellationToken);
        var list = ListCall.Read(context, tokens, $"all-tables/{granted.ShareId}");
        if (list.IsRefused(out var refusal))
            return refusal;
        var found = await catalog.ListAllTablesAsync(recipientId, share, list.Value.AfterInSchema, list.Value.Limit, cancellationToken);
        return list.Value.Answer(found, table => $"{table.SchemaKey}/{table.TableKey}", table => ItemOf(table, offers.Of(table)));
    }

    private static ShareItem ItemOf(GrantedShare share) =>
        new()
        {
            Name = share.Name,
            Id = share.ShareId.ToString(),
            DisplayName = share.DisplayName,
            Comment = share.Comment,
            Properties = ShareProperties.Of(share.Properties),
        };

    private static TableItem ItemOf(GrantedTable table, TableAccess access) =>
        new()
        {
            Name = table.TableName,
            Schema = table.SchemaName,
            Share = table.ShareName,
            ShareId = table.ShareId.ToString(),
            Id = table.TableId.ToString(),
            Location = access.Location,
            AccessModes = access.Modes,
        };
}
