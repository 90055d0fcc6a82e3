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

    // A file whose deleted rows changed comes and goes with the same two vectors, once after the other.
    private readonly List<(DeletionVectorDescriptor Vector, RowSet Rows)> lastRead = [];

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
        var (came, went) = (new List<ScanEntry>(), new List<ScanEntry>());
        foreach (var file in ChangedFile.Of(version.Version, version.ChangeFiles()))
        {
            if (await RowsOfAsync(file, cancellationToken).ConfigureAwait(false) is not { } rows)
                continue;
            switch (file.Action)
            {
                case AddCdcFile cdc:
                    ChangeFiles.Add(Entry(version, cdc.Path, cdc.PartitionValues, rows, null));
                    break;
                case AddFile add:
                    came.Add(Entry(version, add.Path, add.PartitionValues, rows, "insert"));
                    break;
                case RemoveFile remove:
                    went.Add(Entry(version, remove.Path, ValuesOf(remove, version.Version), rows, "delete"));
                    break;
            }
        }

        var rewrites = derives && !version.TellsRowChanges && came.Count > 0 && went.Count > 0;
        (rewrites ? RewrittenFiles : WholeFiles).AddRange([.. came, .. went]);
    }

    // Null where there are none.
    private async Task<RowFilter?> RowsOfAsync(ChangedFile file, CancellationToken cancellationToken)
    {
        var without = await DeletedAsync(file.Without, cancellationToken).ConfigureAwait(false);
        if (file.Within is null)
            return without.Ranges.Count == 0 ? RowFilter.All : RowFilter.Without(without);
        var rows = (await DeletedAsync(file.Within, cancellationToken).ConfigureAwait(false)).Except(without);
        return rows.Ranges.Count > 0 ? RowFilter.Only(rows) : null;
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

    private async Task<RowSet> DeletedAsync(DeletionVectorDescriptor? vector, CancellationToken cancellationToken)
    {
        if (vector is null)
            return RowSet.Empty;
        if (lastRead.Find(read => read.Vector == vector) is { Rows: { } known })
            return known;
        var rows = await vectors.ReadAsync(vector, cancellationToken).ConfigureAwait(false);
        if (lastRead.Count == 2)
            lastRead.RemoveAt(0);
        lastRead.Add((vector, rows));
        return rows;
    }
}
