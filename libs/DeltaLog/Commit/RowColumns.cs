using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Commit;

/// <summary>
/// The hidden columns in which rows that were copied or updated keep their ids, and those that were copied their commit versions.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#row-ids">Row IDs</see>.
/// </summary>
/// <param name="Id">Name of the column with the ids.</param>
/// <param name="CommitVersion">Name of the column with the commit versions.</param>
internal sealed record RowColumns(string Id, string CommitVersion)
{
    /// <summary>The columns of a table whose rows can be relied on to have ids; <see langword="null"/> for any other.</summary>
    public static RowColumns? Of(Protocol protocol, Metadata metadata) =>
        RowTracking.IsEnabled(protocol, metadata)
        && metadata.Configuration.TryGetValue(RowTracking.IdColumnProperty, out var id)
        && metadata.Configuration.TryGetValue(RowTracking.VersionColumnProperty, out var version)
            ? new RowColumns(id, version)
            : null;
}
