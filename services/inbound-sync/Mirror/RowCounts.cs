using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.InboundSync.Merge;
using Tideway.ObjectStorage;

namespace Tideway.InboundSync.Mirror;

/// <summary>The rows of files with deletion vectors, which their statistics must tell; not every server sends statistics.</summary>
public sealed class RowCounts(MergeEngine engine)
{
    /// <summary>The file with the number of its rows, counted where that is needed and not told. The file must be here.</summary>
    internal AddFile Complete(AddFile file, IObjectStore store)
    {
        if (file.DeletionVector is null || file.PhysicalRecords() is not null)
            return file;
        using var connection = engine.Connect();
        return file.WithPhysicalRecords(new TableReader(store).PhysicalRecords(connection, file));
    }
}
