using System.Globalization;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Evolution;

/// <summary>What a change of a table's schema, properties or protocol would commit.</summary>
/// <param name="Version">The version that it would make.</param>
/// <param name="Changes">What it would change.</param>
public sealed record EvolutionPlan(long Version, IReadOnlyList<TableChange> Changes)
{
    internal static EvolutionPlan Of(DeltaTransaction transaction, Snapshot snapshot)
    {
        transaction.RequireAllowed();
        var changes = TableDifference.Of(snapshot.Protocol, transaction.Protocol, snapshot.Metadata, transaction.Metadata);
        if (transaction.AddedFiles > 0)
            changes.Add(new TableChange("files committed again, with row ids", null, transaction.AddedFiles.ToString(CultureInfo.InvariantCulture)));
        return new EvolutionPlan(snapshot.Version + 1, changes);
    }
}
