using System.Collections.Concurrent;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Tables;
using Tideway.InboundSync.Runs;
using Tideway.ObjectStorage.Local;

namespace Tideway.InboundSync.Merge;

/// <summary>
/// Remote files on their way into a merge: a Delta table in the sync's staging folder. As a Delta table its rows are read by the same code as any
/// other's. Files that an earlier attempt of the run left there are taken over.
/// </summary>
internal sealed class StagedTable
{
    private readonly SyncWork work;
    private readonly DeltaTable table;
    private readonly string tableId;
    private readonly DateTimeOffset now;

    private StagedTable(SyncWork work, DeltaTable table, Snapshot snapshot, string tableId, DateTimeOffset now)
    {
        this.work = work;
        this.table = table;
        this.tableId = tableId;
        this.now = now;
        Snapshot = snapshot;
    }

    /// <summary>The table: at first only its schema.</summary>
    public Snapshot Snapshot { get; private set; }

    public TableReader Reader => new(table.Store);

    public static async Task<StagedTable> CreateAsync(
        SyncWork work,
        SharedDescription remote,
        string folder,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var log = Path.Combine(folder, "_delta_log");
        if (Directory.Exists(log))
            Directory.Delete(log, recursive: true);
        var begun = time.GetUtcNow();
        var metadata = ReceivedMetadata.ForFiles(remote.Metadata, null, begun);
        var delta = new DeltaTable(new LocalObjectStore(folder), time);
        var protocol = ReceivedProtocol.With(null, SchemaJson.Parse(metadata.SchemaString), metadata.Configuration, remote, hasVectors: true);
        await delta.BeginCreation(protocol, metadata).CommitAsync(cancellationToken);
        return new StagedTable(work, delta, await delta.LoadAsync(cancellationToken: cancellationToken), remote.Metadata.Id, begun);
    }

    /// <summary>Takes in the files of a remote snapshot.</summary>
    public async Task FillAsync(FileList files, CancellationToken cancellationToken)
    {
        var transaction = table.BeginTransaction(Snapshot);
        var told = new HashSet<string>(StringComparer.Ordinal);
        await DownloadAsync(
            files.ReadAsync(cancellationToken).Where(file => told.Add(file.Id) ? true : throw ReceivedFile.Twice(file)),
            file =>
            {
                var add = ReceivedFile.Add(tableId, file, now);
                lock (transaction)
                    transaction.Add(add);
                return Task.CompletedTask;
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        Snapshot = await table.UpdateAsync(Snapshot, cancellationToken);
    }

    /// <summary>Takes in the files of row changes; the versions in their order.</summary>
    public async Task<IReadOnlyList<VersionChanges>> FillChangesAsync(FileList files, CancellationToken cancellationToken)
    {
        var seen = new HashSet<(string, string?)>();
        var unnamed = new ConcurrentDictionary<string, SharedVector>(StringComparer.Ordinal);
        // A file that one version added and a later one removed is read for both, and comes once.
        await DownloadAsync(
            files.ReadAsync(cancellationToken).Where(file => RequireVersion(file) && seen.Add(ReceivedFile.KeyOf(file))),
            file =>
            {
                if (file.Vector is { IsUnnamed: true } vector)
                    unnamed[vector.Identity] = vector;
                return Task.CompletedTask;
            },
            cancellationToken
        );
        var versions = new SortedDictionary<long, ChangedFiles>();
        await foreach (var told in files.ReadAsync(cancellationToken))
        {
            var file = told.Vector is { IsUnnamed: true } vector ? told with { Vector = unnamed[vector.Identity] } : told;
            if (!versions.TryGetValue(file.Version!.Value, out var version))
                versions.Add(file.Version.Value, version = new ChangedFiles(file.Timestamp!.Value));
            version.Include(file, ReceivedFile.Add(tableId, file, now), now);
        }

        return
        [
            .. versions.Select(pair => new VersionChanges
            {
                Version = pair.Key,
                Timestamp = pair.Value.Time,
                Adds = pair.Value.Adds,
                Removes = pair.Value.Removes,
                CdcFiles = pair.Value.Changes,
            }),
        ];
    }

    private static bool RequireVersion(SharedFile file) =>
        file is { Version: not null, Timestamp: not null }
            ? true
            : throw new DeltaSharingException(DeltaSharingError.MalformedAnswer, "Expected version and timestamp of every changed file, got none.");

    private Task DownloadAsync(IAsyncEnumerable<SharedFile> files, Func<SharedFile, Task> arrived, CancellationToken cancellationToken) =>
        work.Remote.DownloadAsync(files, table.Store, tableId, arrived, cancellationToken);

    /// <summary>Files of one version.</summary>
    private sealed record ChangedFiles(DateTimeOffset Time)
    {
        public List<AddFile> Adds { get; } = [];

        public List<RemoveFile> Removes { get; } = [];

        public List<AddCdcFile> Changes { get; } = [];

        public void Include(SharedFile file, AddFile local, DateTimeOffset now)
        {
            switch (file.Action)
            {
                case AddFile:
                    Adds.Add(local);
                    break;
                case RemoveFile:
                    Removes.Add(local.Remove(now.ToUnixTimeMilliseconds()));
                    break;
                case AddCdcFile:
                    Changes.Add(
                        new AddCdcFile
                        {
                            Path = local.Path,
                            PartitionValues = local.PartitionValues,
                            Size = local.Size,
                        }
                    );
                    break;
            }
        }
    }
}
