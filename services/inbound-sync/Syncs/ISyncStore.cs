using Tideway.Hosting.Database;

namespace Tideway.InboundSync.Syncs;

/// <summary>Where syncs are kept.</summary>
public interface ISyncStore
{
    /// <summary>Adds a sync; <see langword="false"/> where its name or its target is taken.</summary>
    Task<bool> AddAsync(ServiceTransaction transaction, Sync sync, CancellationToken cancellationToken);

    /// <summary>The sync of that name, in any case of letters.</summary>
    Task<Sync?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>The sync with that id.</summary>
    Task<Sync?> FindAsync(Guid syncId, CancellationToken cancellationToken);

    /// <summary>A sync that writes to that location, above it or below it.</summary>
    Task<Sync?> FindByTargetAsync(string target, CancellationToken cancellationToken);

    /// <summary>Syncs in the order of their names, after <paramref name="afterKey"/>.</summary>
    Task<IReadOnlyList<Sync>> ListAsync(string afterKey, int limit, CancellationToken cancellationToken);

    /// <summary>Removes a sync with its runs.</summary>
    Task DeleteAsync(ServiceTransaction transaction, Guid syncId, CancellationToken cancellationToken);

    /// <summary>Makes a sync due now.</summary>
    Task MakeDueAsync(ServiceTransaction transaction, Guid syncId, string trigger, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Makes the syncs of a provider that wait after a failure due now.</summary>
    Task MakeFailingDueAsync(ServiceTransaction transaction, Guid providerId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Makes every sync of a remote table due now; how many there are.</summary>
    Task<int> MakeDueAsync(
        ServiceTransaction transaction,
        Guid providerId,
        string share,
        string schema,
        string table,
        string trigger,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );
}
