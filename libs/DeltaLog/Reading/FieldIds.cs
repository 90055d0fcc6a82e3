using System.Globalization;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>Files that call their columns alike.</summary>
/// <param name="Names">How they call them.</param>
/// <param name="Entries">The files.</param>
internal sealed record ScanGroup(FileColumnNames Names, IReadOnlyList<ScanEntry> Entries);

/// <summary>
/// Which names data files give to the ids of columns and nested fields. A Parquet file has each id once, wherever the field is nested.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-requirements-for-column-mapping">Reader Requirements for Column Mapping</see>.
/// </summary>
internal static class FieldIds
{
    /// <summary>The files, by the names that they use. One without any id cannot be read: <see cref="DeltaLogError.CorruptLog"/>.</summary>
    public static IReadOnlyList<ScanGroup> Group(IReadOnlyList<ScanEntry> entries, Uri root, CancellationToken cancellationToken)
    {
        var byFile = Read(entries, root, cancellationToken);
        var groups = new Dictionary<string, (Dictionary<int, string> Names, List<ScanEntry> Entries)>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!byFile.TryGetValue(entry.LocalPath, out var names))
                throw NotMapped(entry, root);
            var key = string.Join('\n', names.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}:{pair.Value}"));
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = (names, []);
            group.Entries.Add(entry);
        }

        return [.. groups.Values.Select(group => new ScanGroup(FileColumnNames.ById(group.Names), group.Entries))];
    }

    private static Dictionary<string, Dictionary<int, string>> Read(IReadOnlyList<ScanEntry> entries, Uri root, CancellationToken cancellationToken)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var byFile = new Dictionary<string, Dictionary<int, string>>(StringComparer.Ordinal);
        try
        {
            using var result = connection.Query(
                FileListSql.FieldIds(entries.Select(entry => entry.LocalPath).Distinct(StringComparer.Ordinal)),
                cancellationToken
            );
            foreach (var row in result.Rows(cancellationToken))
            {
                var file = (string)row[0]!;
                if (!byFile.TryGetValue(file, out var names))
                    byFile[file] = names = [];
                names[Convert.ToInt32(row[1], CultureInfo.InvariantCulture)] = (string)row[2]!;
            }
        }
        catch (DuckDbException exception)
        {
            var missing = entries.FirstOrDefault(entry => !File.Exists(entry.LocalPath));
            throw new DeltaLogException(
                missing is null ? DeltaLogError.CorruptLog : DeltaLogError.DataFileMissing,
                missing is null
                    ? $"The data files of '{root}' cannot be read: {exception.Message}"
                    : $"Expected the data file '{missing.LogPath}' of '{root}', found none.",
                exception
            )
            {
                TableRoot = root,
                File = missing?.LogPath,
            };
        }

        return byFile;
    }

    private static DeltaLogException NotMapped(ScanEntry entry, Uri root) =>
        new(DeltaLogError.CorruptLog, $"The columns of '{root}' are mapped by id, but '{entry.LogPath}' has no ids.")
        {
            TableRoot = root,
            File = entry.LogPath,
        };
}
