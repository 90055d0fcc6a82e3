using System.Globalization;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>Groups of files that are written and wait for their commit.</summary>
internal sealed class RewrittenGroups(DeltaTable table, Snapshot snapshot, DuckDbConnection connection, long targetBytes)
{
    private const int Attempts = 20;

    private readonly TableReader reader = new(table.Store);
    private readonly RowColumns? columns = RowColumns.Of(snapshot.Protocol, snapshot.Metadata);
    private readonly List<Rewritten> groups = [];

    /// <summary>Size of the files that would give way.</summary>
    public long Bytes => groups.Sum(group => group.Group.Bytes);

    public async Task WriteAsync(FileGroup group, CancellationToken cancellationToken)
    {
        var files = NewFiles();
        var rewritten = new Rewritten(group, files, []);
        groups.Add(rewritten);
        var sql = await reader.ScanSqlAsync(snapshot, new ScanOptions { Files = group.Files, RowColumns = columns }, cancellationToken).ConfigureAwait(false);
        rewritten.Added.AddRange(await files.WriteAsync(sql, columns, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Commits what was written, without the groups that somebody else changed meanwhile; their new files are deleted.</summary>
    public async Task<OptimizeResult> CommitAsync(OptimizeResult before, CancellationToken cancellationToken)
    {
        var latest = snapshot;
        var result = before;
        for (var attempt = 1; groups.Count > 0; attempt++)
        {
            try
            {
                var commit = await Transaction(latest).CommitAsync(cancellationToken).ConfigureAwait(false);
                result = Sum(result, commit.Version);
                groups.Clear();
            }
            catch (DeltaLogException exception) when (exception.Error == DeltaLogError.Conflict && attempt < Attempts)
            {
                latest = await table.LoadAsync(null, cancellationToken).ConfigureAwait(false);
                if (!Fits(latest))
                    throw;
                result = result with { GroupsSkipped = result.GroupsSkipped + await DropChangedAsync(latest).ConfigureAwait(false), Version = latest.Version };
            }
        }

        return result;
    }

    public async Task DiscardAsync()
    {
        foreach (var group in groups)
            await group.Written.DiscardAsync().ConfigureAwait(false);
        groups.Clear();
    }

    private DataFiles NewFiles()
    {
        var mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        var physical = new PhysicalColumns(snapshot.Schema, snapshot.PartitionColumns, mode);
        var statistics = new StatisticsJson(StatisticsColumns.Of(snapshot.Schema, mode, snapshot.Metadata, snapshot.DomainMetadata));
        var options = new WriteOptions { TargetFileBytes = targetBytes };
        return new DataFiles(table.Store, connection, snapshot.Metadata, physical, statistics, options, table.Time);
    }

    private DeltaTransaction Transaction(Snapshot latest)
    {
        var transaction = table.BeginTransaction(latest);
        transaction.PreservesRowIds = columns is not null;
        transaction.Operation = "OPTIMIZE";
        transaction.OperationParameters["predicate"] = "[]";
        transaction.OperationMetrics["numRemovedFiles"] = Text(groups.Sum(group => group.Group.Files.Count));
        transaction.OperationMetrics["numAddedFiles"] = Text(groups.Sum(group => group.Added.Count));
        transaction.OperationMetrics["numRemovedBytes"] = Text(Bytes);
        transaction.OperationMetrics["numAddedBytes"] = Text(groups.Sum(group => group.Added.Sum(file => file.Size)));
        transaction.OperationMetrics["numDeletionVectorsRemoved"] = Text(groups.Sum(group => group.Group.Files.Count(file => file.DeletionVector is not null)));
        foreach (var group in groups)
        {
            foreach (var file in group.Group.Files)
                transaction.Remove(file, dataChange: false);
            foreach (var file in group.Added)
                transaction.Add(file with { DataChange = false });
        }

        return transaction;
    }

    // Rows written for one schema must not be committed under another.
    private bool Fits(Snapshot latest) =>
        latest.Metadata.SchemaString == snapshot.Metadata.SchemaString && latest.PartitionColumns.SequenceEqual(snapshot.PartitionColumns);

    private async Task<int> DropChangedAsync(Snapshot latest)
    {
        var sources = groups.SelectMany(group => group.Group.Files.Select(FileKey.Of)).ToHashSet();
        sources.ExceptWith(latest.Files.Select(FileKey.Of));
        var changed = groups.Where(group => group.Group.Files.Any(file => sources.Contains(FileKey.Of(file)))).ToList();
        foreach (var group in changed)
        {
            await group.Written.DiscardAsync().ConfigureAwait(false);
            groups.Remove(group);
        }

        return changed.Count;
    }

    private OptimizeResult Sum(OptimizeResult before, long version) =>
        before with
        {
            Version = version,
            Groups = before.Groups + groups.Count,
            FilesRemoved = before.FilesRemoved + groups.Sum(group => group.Group.Files.Count),
            FilesAdded = before.FilesAdded + groups.Sum(group => group.Added.Count),
            BytesRemoved = before.BytesRemoved + Bytes,
            BytesAdded = before.BytesAdded + groups.Sum(group => group.Added.Sum(file => file.Size)),
        };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Rewritten(FileGroup Group, DataFiles Written, List<AddFile> Added);
}
