using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Mirror;
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

    public static async Task<StagedTable> CreateAsync(SyncWork work, MetadataLine remote, string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        var log = Path.Combine(folder, "_delta_log");
        if (Directory.Exists(log))
            Directory.Delete(log, recursive: true);
        var begun = time.GetUtcNow();
        var metadata = ReceivedMetadata.Of(remote, null, begun);
        var delta = new DeltaTable(new LocalObjectStore(folder), time);
        await delta
            .BeginCreation(NewTableProtocol.For(SchemaJson.Parse(metadata.SchemaString), metadata.Configuration), metadata)
            .CommitAsync(cancellationToken);
        return new StagedTable(work, delta, await delta.LoadAsync(cancellationToken: cancellationToken), remote.Id, begun);
    }

    /// <summary>Takes in the files of a remote snapshot.</summary>
    public async Task FillAsync(FileList files, CancellationToken cancellationToken)
    {
        var transaction = table.BeginTransaction(Snapshot);
        await DownloadAsync(
            files.ReadAsync<FileLine>(cancellationToken),
            line =>
            {
                var add = MirroredFile.Add(tableId, line, now);
                lock (transaction)
                    transaction.Add(add);
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        Snapshot = await table.UpdateAsync(Snapshot, cancellationToken);
    }

    /// <summary>Takes in the files of row changes; the versions in their order.</summary>
    public async Task<IReadOnlyList<VersionChanges>> FillChangesAsync(FileList files, CancellationToken cancellationToken)
    {
        var versions = new SortedDictionary<long, ChangedFiles>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        // A file that one version added and a later one removed is read for both, and comes once.
        var wanted = files
            .ReadAsync<ChangedFileLine>(cancellationToken)
            .Where(line =>
            {
                if (!versions.TryGetValue(line.Version, out var version))
                    versions.Add(line.Version, version = new ChangedFiles(DateTimeOffset.FromUnixTimeMilliseconds(line.Timestamp)));
                var file = MirroredFile.Add(tableId, line, now);
                version.Include(line, file, now);
                return seen.Add(file.Path);
            });
        await DownloadAsync(wanted, _ => { }, cancellationToken);
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

    private Task DownloadAsync<T>(IAsyncEnumerable<T> lines, Action<T> arrived, CancellationToken cancellationToken)
        where T : DataFileLine =>
        work.Remote.DownloadAsync(lines, line => table.Store.LocalPath(MirroredFile.PathOf(tableId, line))!, arrived, cancellationToken);

    /// <summary>Files of one version.</summary>
    private sealed record ChangedFiles(DateTimeOffset Time)
    {
        public List<AddFile> Adds { get; } = [];

        public List<RemoveFile> Removes { get; } = [];

        public List<AddCdcFile> Changes { get; } = [];

        public void Include(ChangedFileLine line, AddFile file, DateTimeOffset now)
        {
            switch (line)
            {
                case AddLine:
                    Adds.Add(file);
                    break;
                case RemoveLine:
                    Removes.Add(file.Remove(now.ToUnixTimeMilliseconds()));
                    break;
                case CdfLine:
                    Changes.Add(
                        new AddCdcFile
                        {
                            Path = file.Path,
                            PartitionValues = file.PartitionValues,
                            Size = file.Size,
                        }
                    );
                    break;
            }
        }
    }
}
