using System.Runtime.ExceptionServices;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>The remote table of a sync; notes the request ids of the exchange, under which the provider recorded it.</summary>
public sealed class RemoteTable(DeltaSharingClient client, FileDownloader downloader, Sync sync, int parallelDownloads, RunProgress progress)
{
    private readonly SharedTableName name = new(sync.Share, sync.SchemaName, sync.TableName);
    private Func<CancellationToken, Task<TableStream>>? lastAsked;

    /// <summary>The newest version, with what the table is: a table made anew under the same name is another one, whatever its version.</summary>
    public async Task<TableMetadata> NewestAsync(CancellationToken cancellationToken)
    {
        var answer = await client.GetMetadataAsync(name, cancellationToken: cancellationToken);
        progress.Answered(answer.RequestId);
        return answer;
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
    /// Brings files to the paths that <paramref name="pathOf"/> gives, several at once. <paramref name="arrived"/> is called for each, from several threads.
    /// Where one fails no further one is begun, but those under way come to their end: what is here need not come again. The lines are of the answer that was asked for
    /// last, so that it can be asked for again where addresses end.
    /// </summary>
    public async Task DownloadAsync<T>(IAsyncEnumerable<T> lines, Func<T, string> pathOf, Action<T> arrived, CancellationToken cancellationToken)
        where T : DataFileLine
    {
        using var renewal = new AddressRenewal(lastAsked ?? throw new InvalidOperationException("Nothing was asked for yet."));
        ExceptionDispatchInfo? failure = null;
        await Parallel.ForEachAsync(
            lines.TakeWhile(_ => Volatile.Read(ref failure) is null),
            new ParallelOptions { MaxDegreeOfParallelism = parallelDownloads, CancellationToken = cancellationToken },
            async (line, stop) =>
            {
                try
                {
                    await DownloadAsync(line, pathOf(line), renewal, stop);
                }
                catch (DeltaSharingException exception)
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                    return;
                }

                arrived(line);
            }
        );
        failure?.Throw();
    }

    /// <summary>Brings a file here, unless it is here already: a file has its final name only when it is whole.</summary>
    private async Task DownloadAsync(DataFileLine line, string path, AddressRenewal renewal, CancellationToken cancellationToken)
    {
        var here = new FileInfo(path);
        if (here.Exists && here.Length == line.Size)
        {
            progress.Found(line.Size);
            return;
        }

        if (!Uri.TryCreate(line.Url, UriKind.Absolute, out var url))
            throw new DeltaSharingException(DeltaSharingError.MalformedAnswer, $"Expected the file {line.Id} to have an absolute address, got another.");
        Directory.CreateDirectory(here.DirectoryName!);
        var counter = new Counter(progress);
        try
        {
            await downloader.DownloadAsync(renewal.Of(line.Id, url, () => counter.Counted > 0), path, line.Size, counter, cancellationToken);
        }
        catch
        {
            counter.Report(0);
            throw;
        }
        finally
        {
            renewal.End(line.Id);
        }

        progress.Fetched();
    }

    private async Task<TableStream> AskAsync(Func<CancellationToken, Task<TableStream>> ask, CancellationToken cancellationToken)
    {
        lastAsked = NoteAsync;
        return await NoteAsync(cancellationToken);

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
