using Tideway.DeltaSharing.Server.Answers;
using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Catalog;

/// <summary>Shares, schemas and tables as one recipient sees them. What it is not granted is not there.</summary>
internal sealed class GrantedCatalog(ShareRegistryDatabase database, CatalogMemory memory)
{
    public Task<IReadOnlyList<GrantedShare>> ListSharesAsync(Guid recipientId, string after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<GrantedShare>(
            CatalogSql.ListShares,
            new
            {
                recipientId,
                after,
                limit,
            },
            cancellationToken
        );

    public Task<GrantedShare?> FindShareAsync(Guid recipientId, string share, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<GrantedShare>(CatalogSql.FindShare, new { recipientId, share = Share.KeyOf(share) }, cancellationToken);

    /// <summary>The refusal of a share that is not granted or not there; which of the two only the access record says.</summary>
    public async Task<ProtocolRefusal> RefuseShareAsync(string share, CancellationToken cancellationToken)
    {
        var count = await database.QueryFirstOrDefaultAsync<long>(CatalogSql.CountShares, new { share = Share.KeyOf(share) }, cancellationToken);
        return ProtocolRefusals.ShareNotFound(share, count > 0 ? "The share is not granted to the recipient." : "There is no such share.");
    }

    public Task<IReadOnlyList<GrantedSchema>> ListSchemasAsync(Guid recipientId, string share, string after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<GrantedSchema>(
            CatalogSql.ListSchemas,
            new
            {
                recipientId,
                share = Share.KeyOf(share),
                after,
                limit,
            },
            cancellationToken
        );

    public Task<GrantedSchema?> FindSchemaAsync(Guid recipientId, string share, string schema, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<GrantedSchema>(
            CatalogSql.FindSchema,
            new
            {
                recipientId,
                share = Share.KeyOf(share),
                schema = Share.KeyOf(schema),
            },
            cancellationToken
        );

    public Task<IReadOnlyList<GrantedTable>> ListTablesAsync(
        Guid recipientId,
        string share,
        string schema,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.QueryAsync<GrantedTable>(
            CatalogSql.ListTables,
            new
            {
                recipientId,
                share = Share.KeyOf(share),
                schema = Share.KeyOf(schema),
                after,
                limit,
            },
            cancellationToken
        );

    public Task<IReadOnlyList<GrantedTable>> ListAllTablesAsync(
        Guid recipientId,
        string share,
        (string Schema, string Table) after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.QueryAsync<GrantedTable>(
            CatalogSql.ListAllTables,
            new
            {
                recipientId,
                share = Share.KeyOf(share),
                afterSchema = after.Schema,
                afterTable = after.Table,
                limit,
            },
            cancellationToken
        );

    /// <summary>A table, from memory where the catalog has not changed since it was looked up: this is asked for with every query.</summary>
    public ValueTask<GrantedTable?> FindTableAsync(Guid recipientId, string share, string schema, string table, CancellationToken cancellationToken)
    {
        var key = new TableKey(recipientId, Share.KeyOf(share), Share.KeyOf(schema), Share.KeyOf(table));
        return memory.GetAsync(
            key,
            async () =>
                await database.QueryFirstOrDefaultAsync<GrantedTable>(
                    CatalogSql.FindTable,
                    new
                    {
                        recipientId,
                        share = key.Share,
                        schema = key.Schema,
                        table = key.Table,
                    },
                    cancellationToken
                ),
            found => 2L * (key.Share.Length + key.Schema.Length + key.Table.Length + found.Location.Length),
            cancellationToken
        );
    }

    /// <summary>The refusal of a table that is not granted or not there; which part of its name is at fault only the access record says.</summary>
    public async Task<ProtocolRefusal> RefuseTableAsync(Guid recipientId, string share, string schema, string table, CancellationToken cancellationToken)
    {
        return ProtocolRefusals.TableNotFound(share, schema, table, await ReasonAsync());

        async Task<string> ReasonAsync()
        {
            if (await FindShareAsync(recipientId, share, cancellationToken) is null)
                return (await RefuseShareAsync(share, cancellationToken)).OperatorMessage!;
            return await FindSchemaAsync(recipientId, share, schema, cancellationToken) is null
                ? "There is no such schema in the share."
                : "There is no such table in the schema.";
        }
    }

    private sealed record TableKey(Guid RecipientId, string Share, string Schema, string Table);
}
