namespace Tideway.DeltaLog.Snapshots;

/// <summary>What a <see cref="SnapshotCache"/> did for who asked.</summary>
public enum SnapshotReadKind
{
    /// <summary>Nothing was committed since.</summary>
    Unchanged,

    /// <summary>The commits since were read.</summary>
    Updated,

    /// <summary>The latest version was read from its checkpoint, or from the first commit.</summary>
    Loaded,

    /// <summary>An older version was read so.</summary>
    Version,
}

/// <summary>A look of a <see cref="SnapshotCache"/> at a table.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Duration">How long that took, without waiting for a turn.</param>
public readonly record struct SnapshotRead(SnapshotReadKind Kind, TimeSpan Duration);
