using System.Collections.Immutable;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>How much of a checkpoint is wanted.</summary>
internal enum CheckpointContent
{
    /// <summary>All but files.</summary>
    WithoutFiles,

    /// <summary>All but the files that were removed, which a version does not have.</summary>
    Everything,
}

/// <summary>
/// Reads checkpoints of both specifications: classic, in parts, and named by UUID with sidecars.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints">Checkpoints</see>.
/// </summary>
internal sealed class CheckpointReader(IObjectStore store, DeltaTableOptions options)
{
    private const string SidecarFolder = LogFile.Folder + "_sidecars/";

    // In more rows than that, it is worthwhile to look first which of them hold an action.
    private const long MaxRowsToSearch = 8192;

    /// <summary>Hands the checkpoint's actions to <paramref name="replay"/>.</summary>
    public async Task ReadAsync(CheckpointFiles checkpoint, CheckpointContent content, LogReplay replay, CancellationToken cancellationToken)
    {
        var files = new List<FileSegment>();
        var sidecars = new List<Sidecar>();
        if (checkpoint.Files is [{ Key: var key }] && key.EndsWith(".json", StringComparison.Ordinal))
        {
            var withFiles = content != CheckpointContent.WithoutFiles;
            var read = await ReadJsonAsync(key, checkpoint.Version, withFiles, cancellationToken).ConfigureAwait(false);
            files.AddRange(read.Added);
            Hand(read.Others);
        }
        else
        {
            await ReadParquetAsync([.. checkpoint.Files.Select(file => file.Key)], checkpoint.Version, content, Hand, files, cancellationToken)
                .ConfigureAwait(false);
        }

        if (sidecars.Count > 0 && content != CheckpointContent.WithoutFiles)
            await ReadParquetAsync([.. sidecars.Select(SidecarKey)], checkpoint.Version, content, Hand, files, cancellationToken).ConfigureAwait(false);
        if (content != CheckpointContent.WithoutFiles)
            replay.ApplyCheckpoint(files);

        void Hand(IEnumerable<DeltaAction> actions)
        {
            var batch = actions.ToList();
            sidecars.AddRange(batch.OfType<Sidecar>());
            replay.ApplyCheckpoint(batch);
        }
    }

    // One that was cleaned up since it was listed is gone around like any other that cannot be read.
    private async Task<LogContent> ReadJsonAsync(string key, long version, bool withFiles, CancellationToken cancellationToken)
    {
        try
        {
            return await LogContent.ReadAsync(store, key, version, withFiles, cancellationToken).ConfigureAwait(false);
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.MissingCommits)
        {
            throw new DeltaLogException(DeltaLogError.CorruptLog, exception.Message, exception)
            {
                TableRoot = store.Root,
                Version = version,
                File = key,
            };
        }
    }

    private static string SidecarKey(Sidecar sidecar)
    {
        // A path is a name in the folder of sidecars, or absolute; only the name counts, as the folder is always the same.
        var name = Uri.UnescapeDataString(sidecar.Path);
        return SidecarFolder + name[(name.LastIndexOf('/') + 1)..];
    }

    private async Task ReadParquetAsync(
        List<string> keys,
        long version,
        CheckpointContent content,
        Action<IEnumerable<DeltaAction>> apply,
        List<FileSegment> files,
        CancellationToken cancellationToken
    )
    {
        using var transit = new TransitFolder(options);
        var paths = new List<string>();
        try
        {
            foreach (var key in keys)
                paths.Add(await transit.BringAsync(store, key, cancellationToken).ConfigureAwait(false));
            await Task.Run(() => ReadParquetAsync(paths, content, apply, files, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DuckDbException or JsonException or ObjectStorageException)
        {
            throw new DeltaLogException(
                DeltaLogError.CorruptLog,
                $"The checkpoint of version {version} in '{string.Join("', '", keys)}' cannot be read: {exception.Message}",
                exception
            )
            {
                TableRoot = store.Root,
                Version = version,
                File = keys[0],
            };
        }
    }

    private async Task ReadParquetAsync(
        List<string> paths,
        CheckpointContent content,
        Action<IEnumerable<DeltaAction>> apply,
        List<FileSegment> files,
        CancellationToken cancellationToken
    )
    {
        using var database = new CheckpointDatabase(options);
        var connection = database.Connection;
        var layout = CheckpointLayout.Read(connection, paths, CheckpointSql.Actions.Select(action => CheckpointSql.Column(action.Name)), cancellationToken);
        var columns = CheckpointSql.ReadColumns(connection, paths, cancellationToken);
        // The other actions are few, but take some small queries, one after another.
        var others = Task.Run(() => ReadOthers(database, layout, columns, apply, cancellationToken), cancellationToken);
        try
        {
            if (content != CheckpointContent.WithoutFiles)
                files.AddRange(CheckpointFileScan.Read(connection, layout, columns, cancellationToken));
        }
        finally
        {
            await ((Task)others).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await others.ConfigureAwait(false);
    }

    private static void ReadOthers(
        CheckpointDatabase database,
        CheckpointLayout layout,
        ImmutableArray<DuckDbField> columns,
        Action<IEnumerable<DeltaAction>> apply,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.Connect();
        foreach (var (name, isFile, members) in CheckpointSql.Actions)
        {
            if (isFile)
                continue;
            foreach (var range in layout.RowsOf(CheckpointSql.Column(name)))
            {
                if (Narrow(connection, range, name, members[0], cancellationToken) is not { } rows)
                    continue;
                if (CheckpointSql.Select([rows.Path], rows, columns, name, members) is not { } sql)
                    continue;
                using var result = connection.Query(sql, cancellationToken);
                foreach (var chunk in result.Chunks(cancellationToken))
                {
                    var texts = chunk.Column(0);
                    apply(Enumerable.Range(0, chunk.RowCount).Select(row => ActionReader.ReadMembers(name, texts.Utf8(row))));
                }
            }
        }
    }

    // The few actions that are no files lie close together.
    private static RowRange? Narrow(DuckDbConnection connection, RowRange range, string name, string member, CancellationToken cancellationToken)
    {
        if (range.Count <= MaxRowsToSearch)
            return range;
        using var result = connection.Query(CheckpointSql.Bounds(range, name, member), cancellationToken);
        using var chunk = result.FetchChunk(cancellationToken);
        return chunk is null || chunk.Column(0).IsNull(0)
            ? null
            : range with
            {
                From = chunk.Column(0).Values<long>()[0],
                To = chunk.Column(1).Values<long>()[0] + 1,
                IsWhole = false,
            };
    }
}
