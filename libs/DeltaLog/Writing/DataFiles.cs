using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Writing;

/// <summary>A file that was written and is not committed yet.</summary>
internal sealed record WrittenFile(string Key, IReadOnlyDictionary<string, string?> PartitionValues, long Size, long Rows, string Stats);

/// <summary>
/// Writes data files and change data files into a table's folder, under names that nothing else has. They get there by being written into
/// a folder of their own beside the data and moved when they are complete and on the disk. All of them can be taken back; what a crash leaves
/// behind is referenced by no commit.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#data-files">Data Files</see>.
/// </summary>
internal sealed class DataFiles(
    IObjectStore store,
    DuckDbConnection connection,
    Metadata metadata,
    PhysicalColumns columns,
    StatisticsJson statistics,
    WriteOptions options,
    TimeProvider time
)
{
    private const string ChangeFolder = "_change_data/";

    private readonly List<string> written = [];
    private readonly string codec = CompressionCodec.Of(metadata);

    /// <summary>Writes the rows of a SELECT that has the table's columns, and the hidden ones with what rows keep, if any.</summary>
    public async Task<IReadOnlyList<AddFile>> WriteAsync(string selectSql, RowColumns? kept, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        string[] hidden = kept is null ? [] : [kept.Id, kept.CommitVersion];
        var files = await CopyAsync(selectSql, hidden, "", "part", cancellationToken).ConfigureAwait(false);
        return
        [
            .. files.Select(file => new AddFile
            {
                Path = FilePath.Encode(file.Key),
                PartitionValues = file.PartitionValues,
                Size = file.Size,
                ModificationTime = now,
                DataChange = true,
                Stats = file.Stats,
            }),
        ];
    }

    /// <summary>Writes the rows of a SELECT that has the table's columns and <c>_change_type</c>.</summary>
    public async Task<IReadOnlyList<AddCdcFile>> WriteChangesAsync(string selectSql, CancellationToken cancellationToken)
    {
        var files = await CopyAsync(selectSql, ["_change_type"], ChangeFolder, "cdc", cancellationToken).ConfigureAwait(false);
        return
        [
            .. files.Select(file => new AddCdcFile
            {
                Path = FilePath.Encode(file.Key),
                PartitionValues = file.PartitionValues,
                Size = file.Size,
            }),
        ];
    }

    /// <summary>Writes a file of deletion vectors.</summary>
    public Task WriteAsync(DeletionMarks marks, CancellationToken cancellationToken)
    {
        written.Add(marks.Key);
        return marks.WriteAsync(cancellationToken);
    }

    /// <summary>Deletes everything that was written.</summary>
    public async Task DiscardAsync()
    {
        foreach (var key in written)
            await store.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
        written.Clear();
    }

    private async Task<List<WrittenFile>> CopyAsync(string selectSql, string[] extraColumns, string parent, string prefix, CancellationToken cancellationToken)
    {
        // The name begins with a letter: what begins with an underscore or a dot would escape VACUUM.
        var folder = Path.GetDirectoryName(store.LocalPath($"staging-{Guid.CreateVersion7():N}/x"))!;
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        try
        {
            var sql = CopySql.Copy(selectSql, columns, extraColumns, Path.Combine(folder, "0"), codec, options.TargetFileBytes);
            Directory.CreateDirectory(folder);
            var copied = await Task.Run(() => Run(sql, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (columns.Partitions.Count > 0)
                copied = await SplitLongAsync(copied, folder, cancellationToken).ConfigureAwait(false);
            var files = new List<WrittenFile>();
            foreach (var file in copied.Where(file => file.Rows > 0))
                files.Add(Publish(file, parent, prefix));
            return files;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<List<CopiedFile>> SplitLongAsync(List<CopiedFile> copied, string folder, CancellationToken cancellationToken)
    {
        var result = new List<CopiedFile>();
        foreach (var file in copied)
        {
            if (file.Size <= options.TargetFileBytes * 2)
            {
                result.Add(file);
                continue;
            }

            var sql = CopySql.Split(GlobText.Escape(file.Path), columns, Path.Combine(folder, $"s{result.Count}"), codec, options.TargetFileBytes);
            var parts = await Task.Run(() => Run(sql, cancellationToken), cancellationToken).ConfigureAwait(false);
            result.AddRange(parts.Select(part => part with { Partition = file.Partition }));
        }

        return result;
    }

    private List<CopiedFile> Run(string sql, CancellationToken cancellationToken)
    {
        using var result = connection.Query(sql, cancellationToken);
        return CopiedFile.Read(result, cancellationToken);
    }

    private WrittenFile Publish(CopiedFile file, string parent, string prefix)
    {
        var values = columns
            .Partitions.Select((column, index) => (Column: columns.NameOf(column), Value: CopySql.PartitionValue(file.Partition[CopySql.PartitionName(index)])))
            .ToList();
        var key = $"{parent}{HivePath.Folder(values)}{prefix}-{Guid.CreateVersion7()}.{codec}.parquet";
        var target = store.LocalPath(key)!;
        using (var stream = new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite))
            stream.Flush(flushToDisk: true);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(file.Path, target);
        written.Add(key);
        return new WrittenFile(
            key,
            values.Count == 0 ? JsonFields.NoPairs : values.ToDictionary(pair => pair.Column, pair => pair.Value, StringComparer.Ordinal),
            file.Size,
            file.Rows,
            statistics.Write(file.Rows, file.Columns)
        );
    }
}
