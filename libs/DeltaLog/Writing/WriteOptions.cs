using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Writing;

/// <summary>How rows are written. Every part has a default.</summary>
public sealed record WriteOptions
{
    /// <summary>
    /// The version to write on; the latest where not set. With a version given a conflict is thrown; otherwise the whole operation is done
    /// again on the new latest version, up to <see cref="ConflictRetries"/> times.
    /// </summary>
    public Snapshot? Snapshot { get; init; }

    /// <summary>How often an operation is repeated after a conflict.</summary>
    public int ConflictRetries { get; init; } = 5;

    /// <summary>
    /// Identifier and version of the application's own transaction, committed together with the rows. Where the table has that version of
    /// it already, or a later one, nothing is written (<see cref="WriteResult.AlreadyCommitted"/>).
    /// </summary>
    public (string AppId, long Version)? Transaction { get; init; }

    /// <summary>Length in bytes at which a new data file is begun, about 128 MB.</summary>
    public long TargetFileBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>Metadata to set in the same commit. Rows are written by its schema. A conflict is then thrown, as with <see cref="Snapshot"/>.</summary>
    public Metadata? Metadata { get; init; }

    /// <summary>Adds to the transaction before it is committed: further actions, or more about the operation.</summary>
    public Action<DeltaTransaction>? Prepare { get; init; }
}
