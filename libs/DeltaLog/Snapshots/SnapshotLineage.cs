namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// Shared by the snapshots that were read one from another by reading only new commits. A table that is read from its checkpoint again has another one, as it
/// may have been removed and made anew.
/// </summary>
internal sealed class SnapshotLineage;
