using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Catalog;

namespace Tideway.ShareRegistry.Tables;

/// <summary>A table that is open for reading, with its latest version.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Table">The table.</param>
/// <param name="Latest">Its latest version.</param>
internal sealed record ServedTable(StorageLocation Location, DeltaTable Table, Snapshot Latest)
{
    /// <summary>Whether the table is still the one that was opened, not another that was made in its place since.</summary>
    public Task<bool> IsSameAsync(CancellationToken cancellationToken) => Table.IsSameAsync(Latest, cancellationToken);

    /// <summary>The same for copies of its files.</summary>
    public PlainTable ToPlain(GrantedTable granted) => new(granted.FullName, Location, Table);
}
