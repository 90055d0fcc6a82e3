using System.Text;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Reading;

/// <summary>Files whose columns are read alike.</summary>
/// <param name="Names">How they call their columns.</param>
/// <param name="Columns">The columns that they have, below a root, where they were asked.</param>
/// <param name="Entries">The files.</param>
internal sealed record ScanGroup(FileColumnNames Names, ParquetNode? Columns, IReadOnlyList<ScanEntry> Entries);

/// <summary>
/// Puts files together whose columns are read alike. Where that depends on what they say of their columns, they are asked: columns that are mapped by id and
/// nested have names that only files know; a struct may have none of the fields that the schema has now; and some writers do not say which bytes are text.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-requirements-for-column-mapping">Reader Requirements for Column Mapping</see>.
/// </summary>
/// <param name="snapshot">Whose schema is read with.</param>
/// <param name="mode">How its columns are mapped.</param>
/// <param name="isVersion">Whether the files are those of the version, for saying which are missing.</param>
internal sealed class ScanGroups(Snapshot snapshot, ColumnMappingMode mode, bool isVersion)
{
    private readonly StructType schema = snapshot.Schema;
    private readonly IReadOnlyList<string> partitionColumns = snapshot.PartitionColumns;
    private readonly Uri root = snapshot.TableRoot;

    /// <param name="entries">The files.</param>
    /// <param name="extra">Columns that they may have beside those of the schema.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<ScanGroup>> OfAsync(
        IReadOnlyList<ScanEntry> entries,
        IReadOnlyList<(string Name, string Type)> extra,
        CancellationToken cancellationToken
    )
    {
        if (entries.Count == 0)
            return [];
        if (!ColumnSql.AsksFiles(ColumnSql.DataColumns(schema, partitionColumns), mode, extra.Count > 0))
            return [new ScanGroup(FileColumnNames.Of(mode), null, entries)];
        return await Task.Run(() => Ask(entries, extra, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private List<ScanGroup> Ask(IReadOnlyList<ScanEntry> entries, IReadOnlyList<(string Name, string Type)> extra, CancellationToken cancellationToken)
    {
        // Few of many files have columns of their own kind.
        var bySchema = new Dictionary<string, List<ScanEntry>>(StringComparer.Ordinal);
        var byColumns = new Dictionary<string, ScanGroup>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = Read(entry, ParquetFooter.ReadSchema);
            var key = Encoding.Latin1.GetString(bytes);
            if (!bySchema.TryGetValue(key, out var alike))
                bySchema[key] = alike = Add(Read(entry, _ => ParquetFooter.Parse(bytes)), entry, extra, byColumns);
            alike.Add(entry);
        }

        return [.. byColumns.Values];
    }

    private List<ScanEntry> Add(ParquetNode columns, ScanEntry entry, IReadOnlyList<(string Name, string Type)> extra, Dictionary<string, ScanGroup> byColumns)
    {
        var names = mode == ColumnMappingMode.Id ? FileColumnNames.ById(columns.NamesById()) : FileColumnNames.Of(mode);
        if (mode == ColumnMappingMode.Id && columns.NamesById().Count == 0)
        {
            throw new DeltaLogException(DeltaLogError.CorruptLog, $"The columns of '{root}' are mapped by id, but '{entry.LogPath}' has no ids.")
            {
                TableRoot = root,
                File = entry.LogPath,
            };
        }

        var key = new ColumnSql(schema, partitionColumns, names, columns, extra).Signature();
        if (!byColumns.TryGetValue(key, out var group))
            byColumns[key] = group = new ScanGroup(names, columns, new List<ScanEntry>());
        return (List<ScanEntry>)group.Entries;
    }

    private T Read<T>(ScanEntry entry, Func<string, T> read)
    {
        try
        {
            return read(entry.LocalPath);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or IOException or UnauthorizedAccessException)
        {
            var isMissing = exception is FileNotFoundException or DirectoryNotFoundException;
            throw new DeltaLogException(
                isMissing ? DeltaLogError.DataFileMissing : DeltaLogError.CorruptLog,
                isMissing
                    ? $"Expected the file '{entry.LogPath}' of {(isVersion ? $"version {snapshot.Version} of " : "")}'{root}', found none."
                    : $"The data file '{entry.LogPath}' of '{root}' cannot be read: {exception.Message}",
                exception
            )
            {
                TableRoot = root,
                Version = isVersion ? snapshot.Version : null,
                File = entry.LogPath,
            };
        }
    }
}
