using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>Files of one partition that become one file.</summary>
/// <param name="Files">The files.</param>
/// <param name="Bytes">Their size.</param>
internal sealed record FileGroup(IReadOnlyList<AddFile> Files, long Bytes)
{
    // A file this full is not worth writing again.
    private const double Full = 0.75;

    /// <summary>
    /// Groups of at most <paramref name="targetBytes"/>, in the order of the files. Doing it twice changes nothing: what is left alone does not fit together.
    /// Files with deleted rows are always written again, without them.
    /// </summary>
    public static IEnumerable<FileGroup> Of(IEnumerable<AddFile> files, long targetBytes)
    {
        var open = new Dictionary<string, (List<AddFile> Files, long Expected)>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var expected = Expected(file);
            if (file.DeletionVector is null && file.Size >= targetBytes * Full)
                continue;
            var partition = Partition(file);
            if (open.TryGetValue(partition, out var group) && group.Expected + expected > targetBytes)
            {
                if (Worthwhile(group.Files) is { } done)
                    yield return done;
                group = default;
            }

            group.Files ??= [];
            group.Files.Add(file);
            open[partition] = (group.Files, group.Expected + expected);
        }

        foreach (var (_, group) in open)
        {
            if (Worthwhile(group.Files) is { } done)
                yield return done;
        }
    }

    private static FileGroup? Worthwhile(List<AddFile> files) =>
        files.Count > 1 || files[0].DeletionVector is not null ? new FileGroup(files, files.Sum(file => file.Size)) : null;

    private static long Expected(AddFile file) =>
        file.DeletionVector is { } vector && file.PhysicalRecords() is > 0 and var rows
            ? (long)(file.Size * Math.Max(0, 1 - (vector.Cardinality / (double)rows)))
            : file.Size;

    private static string Partition(AddFile file) =>
        string.Join(
            '\u0001',
            file.PartitionValues.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}\u0002{pair.Value ?? "\u0003"}")
        );
}
