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
internal sealed class ChangeEntries(Snapshot snapshot, DeletionVectorReader vectors, Func<string, string> localPath)
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string?>> knownValues = new(StringComparer.Ordinal);

    /// <summary>Change data files, whose rows tell themselves how they changed.</summary>
    public List<ScanEntry> ChangeFiles { get; } = [];

    /// <summary>Data files whose rows all came or went.</summary>
    public List<ScanEntry> WholeFiles { get; } = [];

    public async Task IncludeAsync(VersionChanges version, CancellationToken cancellationToken)
    {
        foreach (var add in version.Adds)
            knownValues[add.Path] = add.PartitionValues;
        if (version.CdcFiles.Count > 0)
        {
            ChangeFiles.AddRange(version.CdcFiles.Select(file => Entry(version, file.Path, file.PartitionValues, RowFilter.All, null)));
            return;
        }

        var removes = new Dictionary<string, RemoveFile>(StringComparer.Ordinal);
        foreach (var remove in version.Removes.Where(remove => remove.DataChange))
            removes[FilePath.Canonical(remove.Path)] = remove;
        foreach (var add in version.Adds.Where(add => add.DataChange))
        {
            var now = await DeletedAsync(add.DeletionVector, cancellationToken).ConfigureAwait(false);
            if (!removes.Remove(FilePath.Canonical(add.Path), out var remove))
            {
                WholeFiles.Add(Entry(version, add.Path, add.PartitionValues, Filter(now), "insert"));
                continue;
            }

            // The same data file with another deletion vector: only the rows in one and not in the other changed.
            var before = await DeletedAsync(remove.DeletionVector, cancellationToken).ConfigureAwait(false);
            AddRows(version, add, now.Except(before), "delete");
            AddRows(version, add, before.Except(now), "insert");
        }

        foreach (var remove in removes.Values)
        {
            var deleted = await DeletedAsync(remove.DeletionVector, cancellationToken).ConfigureAwait(false);
            WholeFiles.Add(Entry(version, remove.Path, ValuesOf(remove, version.Version), Filter(deleted), "delete"));
        }
    }

    private static RowFilter Filter(RowSet deleted) => deleted.Ranges.Count == 0 ? RowFilter.All : RowFilter.Without(deleted);

    private void AddRows(VersionChanges version, AddFile add, RowSet rows, string change)
    {
        if (rows.Ranges.Count > 0)
            WholeFiles.Add(Entry(version, add.Path, add.PartitionValues, RowFilter.Only(rows), change));
    }

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
