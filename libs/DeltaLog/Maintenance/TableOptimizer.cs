using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>
/// Writes small files of a partition together into larger ones, and files with deleted rows again without them. The rows stay what they are, so the
/// commit changes no data. Needs a table on local disk.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file">Add File and Remove File</see>.
/// </summary>
public sealed class TableOptimizer(DeltaTable table)
{
    private const long DefaultTargetBytes = 128L * 1024 * 1024;

    /// <summary>
    /// Optimizes the table, or some of its partitions. A group of files whose rows another writer changes meanwhile is left as it is; the others are
    /// committed. Throws <see cref="DeltaLogError.InvalidData"/> for a condition that is none on partition columns,
    /// <see cref="DeltaLogError.UnsupportedWriterFeature"/>, <see cref="DeltaLogError.DataFileMissing"/>, and as commits do.
    /// </summary>
    public async Task<OptimizeResult> RunAsync(DuckDbConnection connection, OptimizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        options ??= new OptimizeOptions();
        var snapshot = await table.LoadAsync(null, cancellationToken).ConfigureAwait(false);
        ProtocolRequirements.RequireWritable(snapshot.Protocol, FeatureSupport.WriteRows, snapshot.TableRoot, snapshot.Version);
        using var session = new UtcSession(connection);
        var files = options.PartitionSql is { } condition ? PartitionFilter.Select(connection, snapshot, condition, cancellationToken) : snapshot.Files;
        var target = options.TargetFileBytes ?? TargetOf(snapshot);
        var groups = FileGroup.Of(files, target).ToList();
        if (options.DryRun)
        {
            return new OptimizeResult
            {
                Version = snapshot.Version,
                Groups = groups.Count,
                FilesRemoved = groups.Sum(group => (long)group.Files.Count),
                BytesRemoved = groups.Sum(group => group.Bytes),
            };
        }

        return await RewriteAsync(connection, snapshot, groups, target, options, cancellationToken).ConfigureAwait(false);
    }

    private static long TargetOf(Snapshot snapshot) =>
        snapshot.Configuration.TryGetValue(TableProperties.TargetFileSize, out var text) && ByteText.Parse(text) is > 0 and var bytes
            ? bytes
            : DefaultTargetBytes;

    private async Task<OptimizeResult> RewriteAsync(
        DuckDbConnection connection,
        Snapshot snapshot,
        List<FileGroup> groups,
        long target,
        OptimizeOptions options,
        CancellationToken cancellationToken
    )
    {
        var result = new OptimizeResult { Version = snapshot.Version };
        var all = groups.Sum(group => group.Bytes);
        var (done, bytes) = (0, 0L);
        var pending = new RewrittenGroups(table, snapshot, connection, target);
        try
        {
            foreach (var group in groups)
            {
                await pending.WriteAsync(group, cancellationToken).ConfigureAwait(false);
                bytes += group.Bytes;
                options.Progress?.Report(new OptimizeProgress(groups.Count, ++done, all, bytes));
                if (pending.Bytes >= options.CommitBytes)
                    result = await pending.CommitAsync(result, cancellationToken).ConfigureAwait(false);
            }

            return await pending.CommitAsync(result, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is not DeltaLogException { Error: DeltaLogError.CommitOutcomeUnknown })
                await pending.DiscardAsync().ConfigureAwait(false);
            if (exception is DuckDbException cause)
                throw WriteFailure.Translate(cause, table, snapshot);
            throw;
        }
    }
}
