using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Tables;

namespace Tideway.CdfPublisher.Changes;

/// <summary>What a version says of the table, apart from its files.</summary>
internal sealed record TableHeader(long Version, Protocol Protocol, Metadata Metadata)
{
    /// <summary>Configuration section of the cache.</summary>
    public const string CacheSection = "CdfPublisher:SnapshotCache";

    /// <summary>The header of the version that did this, where this one is of the version before, or of itself.</summary>
    public TableHeader After(VersionChanges changes) => new(changes.Version, changes.Protocol ?? Protocol, changes.Metadata ?? Metadata);

    /// <summary>The header of a version, read once for all who ask.</summary>
    public static async Task<TableHeader> ReadAsync(SnapshotCache cache, DeltaTable table, long version, CancellationToken cancellationToken)
    {
        var (protocol, metadata) = await cache.GetDescriptionAsync(table, version, cancellationToken);
        return new TableHeader(version, protocol, metadata);
    }

    /// <summary>Throws <see cref="TableRemadeException"/> where the table is no longer the one that this was read from.</summary>
    public async Task RequireSameTableAsync(SnapshotCache cache, DeltaTable table, CancellationToken cancellationToken)
    {
        if (!await IsOfSameTableAsync(cache, table, cancellationToken))
            throw new TableRemadeException(table.Store.Root);
    }

    private async Task<bool> IsOfSameTableAsync(SnapshotCache cache, DeltaTable table, CancellationToken cancellationToken)
    {
        try
        {
            return (await ReadAsync(cache, table, Version, cancellationToken)).Metadata.Id == Metadata.Id;
        }
        catch (DeltaLogException exception) when (exception.Error is DeltaLogError.VersionNotFound or DeltaLogError.MissingCommits)
        {
            // The log's cleanup may have taken that version away meanwhile.
            return await table.IsSameAsync(Metadata.Id, Version, cancellationToken);
        }
    }
}
