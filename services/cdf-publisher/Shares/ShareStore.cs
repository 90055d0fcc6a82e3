using Tideway.CdfPublisher.Storage;

namespace Tideway.CdfPublisher.Shares;

/// <summary>What recipients may read, as far as this service has heard.</summary>
internal sealed class ShareStore(CdfPublisherDatabase database)
{
    /// <summary>The table under these names, where the recipient is granted its share; otherwise null, whether or not it exists.</summary>
    public Task<GrantedTable?> FindGrantedTableAsync(Guid recipientId, string share, string schema, string table, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<GrantedTable>(
            ShareSql.FindGrantedTable,
            new
            {
                recipientId,
                shareKey = NameKey.Of(share),
                schemaKey = NameKey.Of(schema),
                tableKey = NameKey.Of(table),
            },
            cancellationToken
        );

    /// <summary>The share of this name, where the recipient is granted it; otherwise null, whether or not it exists.</summary>
    public Task<GrantedShare?> FindGrantedShareAsync(Guid recipientId, string share, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<GrantedShare>(ShareSql.FindGrantedShare, new { recipientId, shareKey = NameKey.Of(share) }, cancellationToken);

    /// <summary>Whether any table of the share stands in the schema.</summary>
    public async Task<bool> HasSchemaAsync(Guid shareId, string schema, CancellationToken cancellationToken) =>
        await database.QueryFirstOrDefaultAsync<long>(ShareSql.SchemaExists, new { shareId, schemaKey = NameKey.Of(schema) }, cancellationToken) > 0;
}
