using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Tables;
using Tideway.InboundSync.Syncs;
using Tideway.ObjectStorage;

namespace Tideway.InboundSync.Runs;

/// <summary>The remote table of a sync; notes the request ids of the exchange, under which the provider recorded it.</summary>
public sealed class RemoteTable(
    DeltaSharingClient client,
    FileDownloader downloader,
    RangeReader ranges,
    Sync sync,
    int parallelDownloads,
    RunProgress progress
)
{
    private readonly SharedTableName name = new(sync.Share, sync.SchemaName, sync.TableName);
    private readonly SemaphoreSlim[] places = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly ConcurrentDictionary<string, string> vectorContents = new(StringComparer.Ordinal);
    private (Func<CancellationToken, Task<TableStream>> Ask, long Version)? last;

    /// <summary>The newest version, with what the table is: a table made anew under the same name is another one, whatever its version.</summary>
    public async Task<RemoteState> NewestAsync(CancellationToken cancellationToken)
    {
        var answer = await client.GetMetadataAsync(name, cancellationToken: cancellationToken);
        progress.Answered(answer.RequestId);
        return new RemoteState(answer.Version, SharedDescription.Of(answer));
    }

    /// <summary>The files of the newest version.</summary>
    public Task<TableStream> SnapshotAsync(CancellationToken cancellationToken) =>
        AskAsync(stop => client.QueryTableAsync(name, new QueryRequest(), stop), cancellationToken);

    /// <summary>The files that each version added and removed.</summary>
    public Task<TableStream> VersionsAsync(long from, long to, CancellationToken cancellationToken) =>
        AskAsync(stop => client.QueryTableAsync(name, new QueryRequest { StartingVersion = from, EndingVersion = to }, stop), cancellationToken);

    /// <summary>The files that hold the row changes of each version.</summary>
    public Task<TableStream> ChangesAsync(long from, long to, CancellationToken cancellationToken) =>
        AskAsync(
            stop =>
                client.GetChangesAsync(
                    name,
                    new ChangesRequest
                    {
                        StartingVersion = from,
                        EndingVersion = to,
                        IncludeHistoricalMetadata = true,
                    },
                    stop
                ),
            cancellationToken
        );

    /// <summary>
    /// Brings files, with their deletion vectors, to where <see cref="ReceivedFile"/> has them, several at once. <paramref name="arrived"/> is called for each, with
    /// its vector as it is here, from several threads. Where one fails no further one is begun, but those under way come to their end: what is here need not come again. The files are of the answer
    /// that was asked for last, so that it can be asked for again where addresses end.
    /// </summary>
    public async Task DownloadAsync(
        IAsyncEnumerable<SharedFile> files,
        IObjectStore store,
        string tableId,
        Func<SharedFile, Task> arrived,
        CancellationToken cancellationToken
    )
    {
        var answered = last ?? throw new InvalidOperationException("Nothing was asked for yet.");
        using var renewal = new AddressRenewal(answered.Ask, answered.Version);
        var vectors = new VectorDownloads(ranges, store, tableId, answered.Version, renewal, vectorContents, progress);
        ExceptionDispatchInfo? failure = null;
        await Parallel.ForEachAsync(
            vectors.LookAheadAsync(files, cancellationToken).TakeWhile(_ => Volatile.Read(ref failure) is null),
            new ParallelOptions { MaxDegreeOfParallelism = parallelDownloads, CancellationToken = cancellationToken },
            async (item, stop) =>
            {
                var (file, withVector) = item;
                try
                {
                    var path = ReceivedFile.PathOf(tableId, file);
                    await AloneAsync(path, () => DownloadAsync(file, store.LocalPath(path)!, renewal, stop), stop);
                    file = await withVector();
                }
                catch (DeltaSharingException exception)
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                    return;
                }

                await arrived(file);
            }
        );
        failure?.Throw();
    }

    /// <summary>Brings a file here, unless it is here already: a file has its final name only when it is whole.</summary>
    private async Task DownloadAsync(SharedFile file, string path, AddressRenewal renewal, CancellationToken cancellationToken)
    {
        var here = new FileInfo(path);
        // A log need not say how large a file is that went.
        if (here.Exists && (here.Length == file.Size || !file.IsSizeKnown))
        {
            progress.Found(file.Size);
            return;
        }

        Directory.CreateDirectory(here.DirectoryName!);
        var counter = new Counter(progress);
        try
        {
            long? size = file.IsSizeKnown ? file.Size : null;
            await downloader.DownloadAsync(renewal.Of(file.Id, file.Url.Url, () => counter.Counted > 0), path, size, counter, cancellationToken);
        }
        catch
        {
            counter.Report(0);
            throw;
        }
        finally
        {
            renewal.End(file.Id);
        }

        progress.Fetched();
    }

    /// <summary>The same file may be told for two versions, with other deleted rows: it is not brought twice at a time.</summary>
    private async Task AloneAsync(string path, Func<Task> work, CancellationToken cancellationToken)
    {
        var place = places[(uint)StringComparer.Ordinal.GetHashCode(path) % places.Length];
        await place.WaitAsync(cancellationToken);
        try
        {
            await work();
        }
        finally
        {
            place.Release();
        }
    }

    private async Task<TableStream> AskAsync(Func<CancellationToken, Task<TableStream>> ask, CancellationToken cancellationToken)
    {
        var first = await NoteAsync(cancellationToken);
        last = (NoteAsync, first.Version);
        return first;

        async Task<TableStream> NoteAsync(CancellationToken stop)
        {
            var answer = await ask(stop);
            progress.Answered(answer.RequestId);
            return answer;
        }
    }

    /// <summary>Turns how much of a file is there into how much came since.</summary>
    private sealed class Counter(RunProgress progress) : IProgress<long>
    {
        /// <summary>How much of the file is here.</summary>
        public long Counted { get; private set; }

        public void Report(long value)
        {
            progress.Received(value - Counted);
            Counted = value;
        }
    }
}
