using Tideway.Hosting.Database;
using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.Providers;

/// <summary>Providers in the service's database.</summary>
public sealed class SqlProviderStore(InboundSyncDatabase database) : IProviderStore
{
    /// <inheritdoc />
    public async Task<bool> AddAsync(ServiceTransaction transaction, Provider provider, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(ProviderSql.Insert, Row(provider), cancellationToken) == 1;

    /// <inheritdoc />
    public Task UpdateAsync(ServiceTransaction transaction, Provider provider, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(ProviderSql.Update, Row(provider), cancellationToken);

    /// <inheritdoc />
    public async Task<bool> DeleteAsync(ServiceTransaction transaction, Guid providerId, CancellationToken cancellationToken)
    {
        if (await transaction.QueryFirstOrDefaultAsync<long>(ProviderSql.CountSyncs, new { id = providerId }, cancellationToken) > 0)
            return false;
        await transaction.ExecuteAsync(ProviderSql.Delete, new { id = providerId }, cancellationToken);
        return true;
    }

    /// <inheritdoc />
    public Task<Provider?> FindAsync(string name, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<Provider>(ProviderSql.Find, new { key = Provider.KeyOf(name) }, cancellationToken);

    /// <inheritdoc />
    public Task<Provider?> FindAsync(Guid providerId, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<Provider>(ProviderSql.FindById, new { id = providerId }, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Provider>> ListAsync(string afterKey, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<Provider>(ProviderSql.Page, new { after = afterKey, limit }, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Provider>> AllAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Provider>(ProviderSql.All, null, cancellationToken);

    private static object Row(Provider provider) =>
        new
        {
            provider.ProviderId,
            provider.Name,
            NameKey = Provider.KeyOf(provider.Name),
            provider.Endpoint,
            provider.Profile,
            provider.ShareCredentialsVersion,
            provider.ExpirationTime,
            provider.Comment,
            provider.Owner,
            provider.CreatedAt,
            provider.CreatedBy,
            provider.UpdatedAt,
            provider.UpdatedBy,
        };
}
