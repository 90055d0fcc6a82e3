using System.Globalization;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// The files, and which of their rows, that make up row changes.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-cdc-file">Add CDC File</see>.
/// </summary>
internal sealed class ChangeEntries(Snapshot snapshot, DeletionVectorReader vectors, bool derives, Func<string, string> localPath)
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string?>> knownValues = new(StringComparer.Ordinal);

    /// <summary>Change data files, whose rows tell themselves how they changed.</summary>
    public List<ScanEntry> ChangeFiles { get; } = [];

    /// <summary>Data files whose rows all came or went.</summary>
    public List<ScanEntry> WholeFiles { get; } = [];

    /// <summary>Data files whose rows came or went, some of them only from one file to another of the same version.</summary>
    public List<ScanEntry> RewrittenFiles { get; } = [];

    public async Task IncludeAsync(VersionChanges version, CancellationToken cancellationToken)
    {
        foreach (var add in version.Adds)
            knownValues[add.Path] = add.PartitionValues;
        if (version.CdcFiles.Count > 0)
        {
            ChangeFiles.AddRange(
                version
                    .CdcFiles.DistinctBy(file => FilePath.Canonical(file.Path), StringComparer.Ordinal)
                    .Select(file => Entry(version, file.Path, file.PartitionValues, RowFilter.All, null))
            );
            return;
        }

        var (came, went) = (new List<ScanEntry>(), new List<ScanEntry>());
        var removes = RemovesByPath(version);
        foreach (var add in version.Adds.Where(add => add.DataChange).DistinctBy(FileKey.Of))
        {
            var now = await DeletedAsync(add.DeletionVector, cancellationToken).ConfigureAwait(false);
            if (!removes.Remove(FilePath.Canonical(add.Path), out var remove))
            {
                came.Add(Entry(version, add.Path, add.PartitionValues, Filter(now), "insert"));
                continue;
            }

            // The same data file with another deletion vector: only the rows in one and not in the other changed.
            var before = await DeletedAsync(remove.DeletionVector, cancellationToken).ConfigureAwait(false);
            went.AddRange(Some(version, add, now.Except(before), "delete"));
            came.AddRange(Some(version, add, before.Except(now), "insert"));
        }

        foreach (var remove in removes.Values)
        {
            var deleted = await DeletedAsync(remove.DeletionVector, cancellationToken).ConfigureAwait(false);
            went.Add(Entry(version, remove.Path, ValuesOf(remove, version.Version), Filter(deleted), "delete"));
        }

        var rewrites = derives && !version.TellsRowChanges && came.Count > 0 && went.Count > 0;
        (rewrites ? RewrittenFiles : WholeFiles).AddRange([.. came, .. went]);
    }

    // A line that stands twice in a commit says nothing more; a file that goes with two sets of deleted rows was never in the table.
    private static Dictionary<string, RemoveFile> RemovesByPath(VersionChanges version)
    {
        var removes = new Dictionary<string, RemoveFile>(StringComparer.Ordinal);
        foreach (var remove in version.Removes.Where(remove => remove.DataChange))
        {
            if (removes.TryAdd(FilePath.Canonical(remove.Path), remove))
                continue;
            if (FileKey.Of(removes[FilePath.Canonical(remove.Path)]) != FileKey.Of(remove))
            {
                throw new DeltaLogException(
                    DeltaLogError.CorruptLog,
                    $"Version {version.Version} removes '{remove.Path}' twice, with different deletion vectors."
                )
                {
                    Version = version.Version,
                    File = remove.Path,
                };
            }
        }

        return removes;
    }

    private static RowFilter Filter(RowSet deleted) => deleted.Ranges.Count == 0 ? RowFilter.All : RowFilter.Without(deleted);

    private IEnumerable<ScanEntry> Some(VersionChanges version, AddFile add, RowSet rows, string change) =>
        rows.Ranges.Count > 0 ? [Entry(version, add.Path, add.PartitionValues, RowFilter.Only(rows), change)] : [];

    private ScanEntry Entry(VersionChanges version, string path, IReadOnlyDictionary<string, string?> values, RowFilter rows, string? change)
    {
        var micros = (version.Timestamp - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        List<string> constants = [version.Version.ToString(CultureInfo.InvariantCulture), micros.ToString(CultureInfo.InvariantCulture)];
        if (change is not null)
            constants.Add(change);
        return new ScanEntry(path, localPath(path), values, rows, constants);
    }

    private IReadOnlyDictionary<string, string?> ValuesOf(RemoveFile remove, long version)
    {
        if (remove.PartitionValues is { } given)
            return given;
        if (snapshot.PartitionColumns.Count == 0)
            return JsonFields.NoPairs;
        return knownValues.GetValueOrDefault(remove.Path)
            ?? throw new DeltaLogException(
                DeltaLogError.CorruptLog,
                $"Expected partition values for the removed file '{remove.Path}' (version {version} of '{snapshot.TableRoot}'), found none."
            )
            {
                TableRoot = snapshot.TableRoot,
                Version = version,
                File = remove.Path,
            };
    }

    private async Task<RowSet> DeletedAsync(DeletionVectorDescriptor? vector, CancellationToken cancellationToken) =>
        vector is null ? RowSet.Empty : await vectors.ReadAsync(vector, cancellationToken).ConfigureAwait(false);
}
