using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Changes;

/// <summary>A file of the log, and which of its rows a version changed.</summary>
/// <param name="Action">The <c>add</c>, <c>remove</c> or <c>cdc</c>.</param>
/// <param name="Within">Only rows that this vector lists; <see langword="null"/> for all.</param>
/// <param name="Without">No rows that this vector lists.</param>
public sealed record ChangedFile(DeltaAction Action, DeletionVectorDescriptor? Within, DeletionVectorDescriptor? Without)
{
    /// <summary>
    /// The files with the rows that a version changed, out of those that hold its changes (<see cref="VersionChanges.ChangeFiles"/>): what stands twice is told
    /// once, and where the version gives a file other deleted rows, only the rows in one vector and not in the other changed. Throws
    /// <see cref="DeltaLogError.CorruptLog"/> where the version contradicts itself.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-cdc-file">Add CDC File</see>.
    /// </summary>
    public static IEnumerable<ChangedFile> Of(long version, IEnumerable<DeltaAction> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Pair(version, files);
    }

    private static IEnumerable<ChangedFile> Pair(long version, IEnumerable<DeltaAction> files)
    {
        var (adds, removes) = (new List<AddFile>(), new Dictionary<string, RemoveFile>(StringComparer.Ordinal));
        var seen = new HashSet<(string, string?)>();
        foreach (var file in files)
        {
            switch (file)
            {
                // What stands twice in a commit says nothing more.
                case AddCdcFile cdc when seen.Add((FilePath.Canonical(cdc.Path), null)):
                    yield return new ChangedFile(cdc, null, null);
                    break;
                case AddFile add when seen.Add((FilePath.Canonical(add.Path), add.DeletionVector?.UniqueId)):
                    adds.Add(add);
                    break;
                case RemoveFile remove when !removes.TryAdd(FilePath.Canonical(remove.Path), remove):
                    RequireSame(version, removes[FilePath.Canonical(remove.Path)], remove);
                    break;
            }
        }

        foreach (var add in adds)
        {
            if (!removes.Remove(FilePath.Canonical(add.Path), out var remove))
            {
                yield return new ChangedFile(add, null, add.DeletionVector);
                continue;
            }

            var (now, before) = (add.DeletionVector, remove.DeletionVector);
            if (now?.UniqueId == before?.UniqueId)
                continue;
            if (now is not null)
                yield return new ChangedFile(remove with { PartitionValues = remove.PartitionValues ?? add.PartitionValues }, now, before);
            if (before is not null)
                yield return new ChangedFile(add, before, now);
        }

        foreach (var remove in removes.Values)
            yield return new ChangedFile(remove, null, remove.DeletionVector);
    }

    // A file that goes with two sets of deleted rows was never in the table.
    private static void RequireSame(long version, RemoveFile one, RemoveFile other)
    {
        if (one.DeletionVector?.UniqueId == other.DeletionVector?.UniqueId)
            return;
        throw new DeltaLogException(DeltaLogError.CorruptLog, $"Version {version} removes '{other.Path}' twice, with different deletion vectors.")
        {
            Version = version,
            File = other.Path,
        };
    }
}
