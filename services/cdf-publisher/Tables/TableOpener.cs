using Tideway.DeltaLog;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.CdfPublisher.Tables;

/// <summary>Opens published tables, with one engine for all their checkpoints.</summary>
internal sealed class TableOpener(StorageRoots roots, TimeProvider time) : IDisposable
{
    private readonly Lazy<DuckDbDatabase> database = new(DuckDbDatabase.Open);

    /// <summary>The table at a location, which must lie in one of the storage roots; it need not exist.</summary>
    public (DeltaTable Table, StorageLocation Location) Open(string storageLocation)
    {
        var location = roots.Resolve(storageLocation);
        return (new DeltaTable(roots.Open(location), time, new DeltaTableOptions { Database = database.Value }), location);
    }

    public void Dispose()
    {
        if (database.IsValueCreated)
            database.Value.Dispose();
    }
}
