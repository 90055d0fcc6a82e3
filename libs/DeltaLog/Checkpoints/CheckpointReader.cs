using System.Collections.Immutable;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.LogSegments;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>How much of a checkpoint is wanted.</summary>
internal enum CheckpointContent
{
    Everything,
    WithoutFiles,
}

/// <summary>
/// Reads checkpoints of both specifications: classic, in parts, and named by UUID with sidecars.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints">Checkpoints</see>.
/// </summary>
internal sealed class CheckpointReader(IObjectStore store, DeltaTableOptions options)
{
    private const string SidecarFolder = LogFile.Folder + "_sidecars/";

    /// <summary>Hands the actions to <paramref name="apply"/>, in batches.</summary>
    public async Task ReadAsync(
        CheckpointFiles checkpoint,
        CheckpointContent content,
        Action<IEnumerable<DeltaAction>> apply,
        CancellationToken cancellationToken
    )
    {
        var sidecars = new List<Sidecar>();
        if (checkpoint.Files is [{ Key: var key }] && key.EndsWith(".json", StringComparison.Ordinal))
        {
            var actions = await CommitFile.ReadAsync(store, key, checkpoint.Version, cancellationToken).ConfigureAwait(false);
            Hand(actions);
        }
        else
        {
            await ReadParquetAsync([.. checkpoint.Files.Select(file => file.Key)], checkpoint.Version, content, Hand, cancellationToken).ConfigureAwait(false);
        }

        if (sidecars.Count > 0 && content == CheckpointContent.Everything)
            await ReadParquetAsync([.. sidecars.Select(SidecarKey)], checkpoint.Version, content, apply, cancellationToken).ConfigureAwait(false);

        void Hand(IEnumerable<DeltaAction> actions)
        {
            var batch = actions.ToList();
            sidecars.AddRange(batch.OfType<Sidecar>());
            apply(batch);
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
        CancellationToken cancellationToken
    )
    {
        using var transit = new TransitFolder(options);
        var paths = new List<string>();
        try
        {
            foreach (var key in keys)
                paths.Add(await transit.BringAsync(store, key, cancellationToken).ConfigureAwait(false));
            await Task.Run(() => ReadParquet(paths, content, apply, cancellationToken), cancellationToken).ConfigureAwait(false);
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

    private void ReadParquet(List<string> paths, CheckpointContent content, Action<IEnumerable<DeltaAction>> apply, CancellationToken cancellationToken)
    {
        using var database = new CheckpointDatabase(options);
        var connection = database.Connection;
        var from = CheckpointSql.From(paths);
        ImmutableArray<DuckDbField> columns;
        using (var empty = connection.Query(CheckpointSql.Columns(from), cancellationToken))
            columns = empty.Columns;
        foreach (var (name, isFile, members) in CheckpointSql.Actions)
        {
            if (isFile && content == CheckpointContent.WithoutFiles)
                continue;
            if (CheckpointSql.Select(from, columns, name, members) is not { } sql)
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
