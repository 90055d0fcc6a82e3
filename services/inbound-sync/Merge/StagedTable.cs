using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Mirror;
using Tideway.InboundSync.Runs;
using Tideway.ObjectStorage.Local;

namespace Tideway.InboundSync.Merge;

/// <summary>
/// Remote files on their way into a merge: a Delta table in a folder of its own, which goes when the run is over. As a Delta table its rows are read
/// by the same code as any other's.
/// </summary>
internal sealed class StagedTable : IDisposable
{
    private readonly DeltaTable table;
    private readonly string folder;
    private readonly int downloads;
    private readonly long now;

    private StagedTable(DeltaTable table, string folder, Snapshot snapshot, int downloads, long now)
    {
        this.table = table;
        this.folder = folder;
        this.downloads = downloads;
        this.now = now;
        Snapshot = snapshot;
    }

    /// <summary>The table: at first only its schema.</summary>
    public Snapshot Snapshot { get; private set; }

    public TableReader Reader => new(table.Store);

    public static async Task<StagedTable> CreateAsync(SyncWork work, MetadataLine metadata, SyncOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var staging = Path.Combine(Path.GetFullPath(options.StagingFolder), $"{work.Sync.SyncId:N}-{Guid.CreateVersion7():N}");
        Directory.CreateDirectory(staging);
        var begun = time.GetUtcNow().ToUnixTimeMilliseconds();
        var delta = new DeltaTable(new LocalObjectStore(staging), time);
        await delta.BeginCreation(MirrorMetadata.ProtocolOf(metadata), MirrorMetadata.Of(metadata, null, begun)).CommitAsync(cancellationToken);
        return new StagedTable(delta, staging, await delta.LoadAsync(cancellationToken: cancellationToken), options.Downloads, begun);
    }

    /// <summary>Takes in the files of a remote snapshot.</summary>
    public async Task FillAsync(SyncWork work, IAsyncEnumerable<FileLine> files, CancellationToken cancellationToken)
    {
        var transaction = table.BeginTransaction(Snapshot);
        await DownloadAsync(
            work,
            files,
            line =>
            {
                var add = MirroredFile.Add(line, line.Stats, now);
                lock (transaction)
                    transaction.Add(add);
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        Snapshot = await table.UpdateAsync(Snapshot, cancellationToken);
    }

    /// <summary>Takes in the files of row changes; the versions in their order.</summary>
    public async Task<IReadOnlyList<VersionChanges>> FillAsync(SyncWork work, IAsyncEnumerable<ChangedFileLine> files, CancellationToken cancellationToken)
    {
        var versions = new SortedDictionary<long, (DateTimeOffset Time, List<AddFile> Adds, List<RemoveFile> Removes, List<AddCdcFile> Changes)>();
        await DownloadAsync(
            work,
            files,
            line =>
            {
                lock (versions)
                {
                    if (!versions.TryGetValue(line.Version, out var version))
                        versions.Add(line.Version, version = (DateTimeOffset.FromUnixTimeMilliseconds(line.Timestamp), [], [], []));
                    Include(line, version.Adds, version.Removes, version.Changes);
                }
            },
            cancellationToken
        );
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

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Include(ChangedFileLine line, List<AddFile> adds, List<RemoveFile> removes, List<AddCdcFile> changes)
    {
        var file = MirroredFile.Add(line, null, now);
        switch (line)
        {
            case AddLine:
                adds.Add(file);
                break;
            case RemoveLine:
                removes.Add(file.Remove(now));
                break;
            case CdfLine:
                changes.Add(
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

    private Task DownloadAsync<T>(SyncWork work, IAsyncEnumerable<T> lines, Action<T> include, CancellationToken cancellationToken)
        where T : DataFileLine =>
        Parallel.ForEachAsync(
            lines,
            new ParallelOptions { MaxDegreeOfParallelism = downloads, CancellationToken = cancellationToken },
            async (line, stop) =>
            {
                await work.Remote.DownloadAsync(line, table.Store.LocalPath(MirroredFile.PathOf(line.Id))!, stop);
                include(line);
            }
        );
}
