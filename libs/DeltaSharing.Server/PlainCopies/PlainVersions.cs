using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using TableProtocol = Tideway.DeltaLog.Actions.Protocol;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>
/// Versions of a table as a client sees them one after the other that reads only plain Parquet: each by its own metadata, or all by those that describe the
/// answer. Not for several threads.
/// </summary>
/// <param name="copies">The copies.</param>
/// <param name="table">The table.</param>
/// <param name="always">What all versions are seen by; <see langword="null"/> where each is seen by its own metadata.</param>
public sealed class PlainVersions(CopiedFiles copies, PlainTable table, PlainView? always = null)
{
    private Metadata? seen;
    private PlainView? view;

    /// <summary>The table.</summary>
    public PlainTable Table => table;

    /// <summary>What a version is seen by; <see langword="null"/> where its rows cannot be written plainly.</summary>
    public PlainView? ViewOf(long version, TableProtocol protocol, Metadata metadata)
    {
        if (always is not null)
            return always;
        if (!ReferenceEquals(metadata, seen))
            (seen, view) = (metadata, copies.Find(table, version, protocol, metadata));
        return view;
    }

    /// <summary>The metadata that rows were written with, where they are seen by others.</summary>
    public Metadata? Other(Metadata inForce) => always is null || AreAlike(inForce, always.Snapshot.Metadata) ? null : inForce;

    private static bool AreAlike(Metadata one, Metadata other) =>
        ReferenceEquals(one, other)
        || (
            one.SchemaString == other.SchemaString
            && one.PartitionColumns.SequenceEqual(other.PartitionColumns)
            && one.Configuration.GetValueOrDefault(ColumnMapping.ModeProperty) == other.Configuration.GetValueOrDefault(ColumnMapping.ModeProperty)
        );
}
