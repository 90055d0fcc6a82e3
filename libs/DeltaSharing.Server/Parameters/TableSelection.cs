namespace Tideway.DeltaSharing.Server.Parameters;

/// <summary>Which state of a table is asked for.</summary>
public abstract record TableSelection
{
    private TableSelection() { }

    /// <summary>The latest version.</summary>
    public sealed record Latest : TableSelection;

    /// <summary>A version.</summary>
    /// <param name="Version">Not negative, and not before the first that is shared.</param>
    public sealed record AtVersion(long Version) : TableSelection;

    /// <summary>The version that was the latest at a time. The caller must still see that it is not before the first that is shared: <see cref="TableSelections.CheckStart"/>.</summary>
    /// <param name="Time">The time.</param>
    public sealed record AtTime(DateTimeOffset Time) : TableSelection;

    /// <summary>The files that were added and removed since a version.</summary>
    /// <param name="Starting">The first version, inclusive.</param>
    /// <param name="Ending">The last version, inclusive; the latest where absent.</param>
    public sealed record Since(long Starting, long? Ending) : TableSelection;
}
