using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>A file of the log, and which of its rows a line of an answer stands for.</summary>
/// <param name="Action">The <c>add</c>, <c>remove</c> or <c>cdc</c>.</param>
/// <param name="Within">Only rows that this vector lists; <see langword="null"/> for all.</param>
/// <param name="Without">No rows that this vector lists.</param>
public sealed record PlainFile(DeltaAction Action, DeletionVectorDescriptor? Within, DeletionVectorDescriptor? Without)
{
    /// <summary>The metadata that its rows were written with, where that may be another than the rows are told by.</summary>
    public Metadata? InForce { get; init; }

    /// <summary>Path in the log.</summary>
    public string Path =>
        Action switch
        {
            AddFile add => add.Path,
            RemoveFile remove => remove.Path,
            AddCdcFile cdc => cdc.Path,
            _ => throw Unexpected(Action),
        };

    /// <summary>Length of the file in bytes, as far as the log says.</summary>
    public long? Size =>
        Action switch
        {
            AddFile add => add.Size,
            RemoveFile remove => remove.Size,
            AddCdcFile cdc => cdc.Size,
            _ => throw Unexpected(Action),
        };

    /// <summary>The file with the rows that its action stands for.</summary>
    public static PlainFile Of(DeltaAction action, Metadata? inForce = null) =>
        action switch
        {
            AddFile add => new PlainFile(add, null, add.DeletionVector) { InForce = inForce },
            RemoveFile remove => new PlainFile(remove, null, remove.DeletionVector) { InForce = inForce },
            AddCdcFile => new PlainFile(action, null, null) { InForce = inForce },
            _ => throw Unexpected(action),
        };

    /// <summary>
    /// The files with the rows that a version changed, out of those that hold its changes. Where a version gives a file other deleted rows, only the rows in one
    /// vector and not in the other changed. Throws <see cref="DeltaLogError.CorruptLog"/> where the version contradicts itself.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-cdc-file">Add CDC File</see>.
    /// </summary>
    public static IEnumerable<PlainFile> OfChanges(long version, IEnumerable<DeltaAction> files, Metadata? inForce)
    {
        var (adds, removes) = (new List<AddFile>(), new Dictionary<string, RemoveFile>(StringComparer.Ordinal));
        var seen = new HashSet<(string, string?)>();
        foreach (var file in files)
        {
            switch (file)
            {
                // What stands twice in a commit says nothing more.
                case AddCdcFile cdc when seen.Add((FilePath.Canonical(cdc.Path), null)):
                    yield return Of(cdc, inForce);
                    break;
                case AddFile add when seen.Add((FilePath.Canonical(add.Path), add.DeletionVector?.UniqueId)):
                    adds.Add(add);
                    break;
                case RemoveFile remove
                    when !removes.TryAdd(FilePath.Canonical(remove.Path), remove)
                        && removes[FilePath.Canonical(remove.Path)].DeletionVector?.UniqueId != remove.DeletionVector?.UniqueId:
                    throw new DeltaLogException(DeltaLogError.CorruptLog, $"Version {version} removes '{remove.Path}' twice, with different deletion vectors.")
                    {
                        Version = version,
                        File = remove.Path,
                    };
            }
        }

        foreach (var add in adds)
        {
            if (!removes.Remove(FilePath.Canonical(add.Path), out var remove))
            {
                yield return Of(add, inForce);
                continue;
            }

            var (now, before) = (add.DeletionVector, remove.DeletionVector);
            if (now?.UniqueId == before?.UniqueId)
                continue;
            if (now is not null)
                yield return new PlainFile(remove with { PartitionValues = remove.PartitionValues ?? add.PartitionValues }, now, before) { InForce = inForce };
            if (before is not null)
                yield return new PlainFile(add, before, now) { InForce = inForce };
        }

        foreach (var remove in removes.Values)
            yield return Of(remove, inForce);
    }

    internal static ArgumentException Unexpected(DeltaAction action) => new($"Expected a file, got {action.GetType().Name}.", nameof(action));
}
