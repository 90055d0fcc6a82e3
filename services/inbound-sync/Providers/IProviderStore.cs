using Tideway.Hosting.Database;

namespace Tideway.InboundSync.Providers;

/// <summary>Where providers are kept.</summary>
public interface IProviderStore
{
    /// <summary>Adds a provider; <see langword="false"/> where the name is taken.</summary>
    Task<bool> AddAsync(ServiceTransaction transaction, Provider provider, CancellationToken cancellationToken);

    /// <summary>Changes what the change names; <see langword="false"/> where another provider has the name.</summary>
    Task<bool> UpdateAsync(ServiceTransaction transaction, ProviderChange change, CancellationToken cancellationToken);

    /// <summary>Removes a provider; <see langword="false"/> where syncs still use it.</summary>
    Task<bool> DeleteAsync(ServiceTransaction transaction, Guid providerId, CancellationToken cancellationToken);

    /// <summary>The provider of that name, in any case of letters.</summary>
    Task<Provider?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>The provider with that id.</summary>
    Task<Provider?> FindAsync(Guid providerId, CancellationToken cancellationToken);

    /// <summary>Providers in the order of their names, after <paramref name="afterKey"/>.</summary>
    Task<IReadOnlyList<Provider>> ListAsync(string afterKey, int limit, CancellationToken cancellationToken);

    /// <summary>Every provider, for recognising the sender of a notice.</summary>
    Task<IReadOnlyList<Provider>> AllAsync(CancellationToken cancellationToken);
}
