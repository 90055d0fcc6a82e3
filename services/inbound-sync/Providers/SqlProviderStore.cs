using Tideway.Hosting.Database;
using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.Providers;

/// <summary>Providers in the service's database.</summary>
public sealed class SqlProviderStore(InboundSyncDatabase database) : IProviderStore
{
    /// <inheritdoc />
    public async Task<bool> AddAsync(ServiceTransaction transaction, Provider provider, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            ProviderSql.Insert,
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
            },
            cancellationToken
        ) == 1;

    /// <inheritdoc />
    public async Task<bool> UpdateAsync(ServiceTransaction transaction, ProviderChange change, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            ProviderSql.Update,
            new
            {
                change.ProviderId,
                change.Name,
                NameKey = change.Name is null ? null : Provider.KeyOf(change.Name),
                change.Endpoint,
                change.Profile,
                change.ShareCredentialsVersion,
                change.ExpirationTime,
                change.Comment,
                change.Owner,
                change.UpdatedAt,
                change.UpdatedBy,
            },
            cancellationToken
        ) == 1;

    /// <inheritdoc />
    public async Task<bool> DeleteAsync(ServiceTransaction transaction, Guid providerId, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(ProviderSql.Delete, new { id = providerId }, cancellationToken) == 1;

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
}
