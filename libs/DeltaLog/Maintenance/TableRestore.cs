using System.Globalization;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>What was restored.</summary>
/// <param name="Commit">The commit; <see langword="null"/> where the table was as asked already.</param>
/// <param name="FilesRestored">Files that are back.</param>
/// <param name="FilesRemoved">Files that are gone.</param>
/// <param name="Changes">What changed in schema, properties and protocol.</param>
public sealed record RestoreResult(CommitResult? Commit, int FilesRestored, int FilesRemoved, IReadOnlyList<TableChange> Changes);

/// <summary>
/// Makes an older version the latest one again, by a commit of its own: rows, schema and properties are what they were. The protocol never falls back,
/// row ids are given out on top of those before, and in-commit timestamps go on.
/// </summary>
public sealed class TableRestore(DeltaTable table)
{
    private const int Attempts = 10;

    // What tells how writers go on, not what the table was.
    private static readonly string[] StayAsTheyAre =
    [
        TableProperties.EnableInCommitTimestamps,
        TableProperties.InCommitTimestampEnablementVersion,
        TableProperties.InCommitTimestampEnablementTimestamp,
        TableProperties.EnableRowTracking,
        TableProperties.RowTrackingSuspended,
        RowTracking.IdColumnProperty,
        RowTracking.VersionColumnProperty,
    ];

    /// <summary>
    /// Restores the version; with <see cref="RestoreOptions.DryRun"/> it only says what it would do. Throws <see cref="DeltaLogError.VersionNotFound"/>, <see cref="DeltaLogError.DataFileMissing"/> where a file was deleted
    /// meanwhile, and as commits do.
    /// </summary>
    public async Task<RestoreResult> RunAsync(long version, RestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RestoreOptions();
        var target = await table.LoadAsync(version, cancellationToken).ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            var current = await table.LoadAsync(null, cancellationToken).ConfigureAwait(false);
            ProtocolRequirements.RequireWritable(current.Protocol, FeatureSupport.Commit, current.TableRoot, current.Version);
            try
            {
                return await TryAsync(current, target, options, cancellationToken).ConfigureAwait(false);
            }
            catch (DeltaLogException exception) when (exception.Error == DeltaLogError.Conflict && attempt < Attempts)
            {
                // Look again at what is there now.
            }
        }
    }

    private async Task<RestoreResult> TryAsync(Snapshot current, Snapshot target, RestoreOptions options, CancellationToken cancellationToken)
    {
        var transaction = table.BeginTransaction(current);
        transaction.Operation = "RESTORE";
        transaction.OperationParameters["version"] = target.Version.ToString(CultureInfo.InvariantCulture);
        transaction.ReadsTable = true;
        transaction.PreservesRowIds = true;
        var (restored, removed) = await MoveFilesAsync(transaction, current, target, options, cancellationToken).ConfigureAwait(false);
        var metadata = Metadata(current, target);
        var isSame = IsSame(metadata, current.Metadata);
        if (!isSame)
            transaction.UpdateMetadata(metadata);
        var protocol = NewTableProtocol.With(current.Protocol, SchemaJson.Parse(metadata.SchemaString), metadata.Configuration);
        if (!ReferenceEquals(protocol, current.Protocol))
            transaction.UpdateProtocol(protocol);
        if (restored + removed == 0 && isSame)
            return new RestoreResult(null, 0, 0, []);
        var changes = TableDifference.Of(current.Protocol, transaction.Protocol, current.Metadata, transaction.Metadata);
        if (options.DryRun)
        {
            transaction.RequireAllowed();
            return new RestoreResult(null, restored, removed, changes);
        }

        transaction.OperationMetrics["numRestoredFiles"] = restored.ToString(CultureInfo.InvariantCulture);
        transaction.OperationMetrics["numRemovedFiles"] = removed.ToString(CultureInfo.InvariantCulture);
        transaction.OperationMetrics["tableSizeAfterRestore"] = target.TotalBytes.ToString(CultureInfo.InvariantCulture);
        transaction.OperationMetrics["numOfFilesAfterRestore"] = target.FileCount.ToString(CultureInfo.InvariantCulture);
        return new RestoreResult(await transaction.CommitAsync(cancellationToken).ConfigureAwait(false), restored, removed, changes);
    }

    private async Task<(int Restored, int Removed)> MoveFilesAsync(
        DeltaTransaction transaction,
        Snapshot current,
        Snapshot target,
        RestoreOptions options,
        CancellationToken cancellationToken
    )
    {
        var (restored, removed) = (0, 0);
        var wanted = target.Files.Select(FileKey.Of).ToHashSet();
        foreach (var file in current.Files)
        {
            if (wanted.Remove(FileKey.Of(file)))
                continue;
            transaction.Remove(file);
            options.OnFile?.Invoke(file, false);
            removed++;
        }

        List<AddFile> back = [.. target.Files.Where(file => wanted.Contains(FileKey.Of(file)))];
        var ids = await LastRowIds.ReadAsync(table, current, target, back, cancellationToken).ConfigureAwait(false);
        foreach (var file in back)
        {
            await RequireThereAsync(file, target, cancellationToken).ConfigureAwait(false);
            transaction.Add(ids.Of(file) with { DataChange = true });
            options.OnFile?.Invoke(file, true);
            restored++;
        }

        return (restored, removed);
    }

    private async Task RequireThereAsync(AddFile file, Snapshot target, CancellationToken cancellationToken)
    {
        var root = table.Store.Root;
        var vector = file.DeletionVector is { } descriptor ? DeletionVectorReader.Key(descriptor, root) : null;
        foreach (var key in new[] { FilePath.Key(file.Path, root), vector })
        {
            if (key is null || await table.Store.FindAsync(key, cancellationToken).ConfigureAwait(false) is not null)
                continue;
            throw new DeltaLogException(
                DeltaLogError.DataFileMissing,
                $"Version {target.Version} of '{root}' cannot be restored: its file '{key}' was deleted meanwhile."
            )
            {
                TableRoot = root,
                Version = target.Version,
                File = key,
            };
        }
    }

    private static Metadata Metadata(Snapshot current, Snapshot target)
    {
        var configuration = new Dictionary<string, string>(target.Configuration, StringComparer.Ordinal);
        foreach (var property in StayAsTheyAre)
        {
            configuration.Remove(property);
            if (current.Configuration.TryGetValue(property, out var value))
                configuration[property] = value;
        }

        var highest = Math.Max(MappedColumns.HighestOf(current.Metadata, current.Schema), MappedColumns.HighestOf(target.Metadata, target.Schema));
        if (highest > 0)
            configuration[MappedColumns.MaxIdProperty] = highest.ToString(CultureInfo.InvariantCulture);
        return target.Metadata with { Configuration = configuration, Id = current.Metadata.Id };
    }

    private static bool IsSame(Metadata left, Metadata right) =>
        left.SchemaString == right.SchemaString
        && left.TableName == right.TableName
        && left.Description == right.Description
        && left.PartitionColumns.SequenceEqual(right.PartitionColumns)
        && left.Configuration.Count == right.Configuration.Count
        && !left.Configuration.Except(right.Configuration).Any();
}
