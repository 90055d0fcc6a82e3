using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Tables;

/// <summary>A table that is open for reading, with its latest version.</summary>
internal sealed record ServedTable(StorageLocation Location, DeltaTable Table, Snapshot Latest)
{
    /// <summary>When the commit of <see cref="Latest"/> was written, as the store tells; null where that file is gone.</summary>
    public DateTimeOffset? CommitWritten { get; init; }
}
