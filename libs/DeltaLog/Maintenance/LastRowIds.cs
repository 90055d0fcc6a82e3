using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>
/// The row ids of files that are committed again: those that the log last gave to their paths, also where an older version did not have them yet.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements-for-row-tracking">Writer Requirements for Row Tracking</see>.
/// </summary>
internal sealed class LastRowIds
{
    private readonly Dictionary<string, AddFile> byPath = new(StringComparer.Ordinal);

    /// <summary>Reads the versions between the older one and the latest, where some of the files lack ids and the table gives them.</summary>
    public static async Task<LastRowIds> ReadAsync(
        DeltaTable table,
        Snapshot current,
        Snapshot target,
        IReadOnlyCollection<AddFile> files,
        CancellationToken cancellationToken
    )
    {
        var ids = new LastRowIds();
        var lacking = files.Where(file => file.BaseRowId is null).Select(file => FilePath.Canonical(file.Path)).ToHashSet(StringComparer.Ordinal);
        if (lacking.Count == 0 || target.Version == current.Version || !RowTracking.Applies(current.Protocol, current.Metadata))
            return ids;
        await foreach (var version in table.ReadChangesAsync(target.Version + 1, current.Version, cancellationToken).ConfigureAwait(false))
        {
            foreach (var add in version.Adds.Where(add => add.BaseRowId is not null && lacking.Contains(FilePath.Canonical(add.Path))))
                ids.byPath[FilePath.Canonical(add.Path)] = add;
        }

        return ids;
    }

    /// <summary>The file with its ids.</summary>
    public AddFile Of(AddFile file) =>
        file.BaseRowId is null && byPath.TryGetValue(FilePath.Canonical(file.Path), out var known)
            ? file with
            {
                BaseRowId = known.BaseRowId,
                DefaultRowCommitVersion = known.DefaultRowCommitVersion,
            }
            : file;
}
